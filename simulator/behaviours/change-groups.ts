import { bytesOf, childOf, childrenOf, errorOf, node, resultOf, type Stanza } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import type { Group } from '../world/group.ts';
import { type GroupDesk, GroupError, type PeopleAction, type PersonOutcome } from '../world/group-desk.ts';
import { groupStanza, participantStanza } from '../world/group-stanza.ts';
import type { GroupSettingsDesk } from '../world/group-settings-desk.ts';
import type { Addressing } from '../world/address.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/** Dependencies of {@link changeGroups}. */
export interface ChangeGroupsDeps {
  readonly directory: Directory;
  readonly groups: GroupDesk;
  readonly groupSettings: GroupSettingsDesk;
  /** How new groups name members. */
  readonly addressing: Addressing;
}

/** A change that a client requests. */
interface ChangeRequest {
  readonly by: Account;
  /** The child of the iq that describes the change. */
  readonly change: Stanza;
  readonly iq: Stanza;
}

/** Changes groups for clients, and returns invite links (`groups.js` of Baileys has the stanzas). */
export function changeGroups(deps: ChangeGroupsDeps): Behaviour {
  return {
    name: 'change groups',
    onStanza(iq, client) {
      const by = deps.directory.byJid(client.device?.jid('pn'));
      const [change] = childrenOf(iq);
      const isAsked = isIq(iq, { xmlns: 'w:g2', type: 'set' }) || isIq(iq, { xmlns: 'w:g2', child: 'invite' });
      if (!by || !change || !isAsked) return false;
      try {
        client.send(resultOf(iq, carryOut(deps, { by, change, iq })));
      } catch (error) {
        if (!(error instanceof GroupError)) throw error;
        client.send(errorOf(iq, error.code, error.message));
      }
      return true;
    },
  };
}

function carryOut(deps: ChangeGroupsDeps, request: ChangeRequest): Stanza[] {
  const { change, by, iq } = request;
  if (change.tag === 'create')
    return childOf(change, 'parent') ? createCommunity(deps, request) : create(deps, request);
  if (change.tag === 'leave') {
    deps.groups.leave(groupOf(deps, childOf(change, 'group')?.attrs.id), by);
    return [change];
  }
  const carryOutIn = CHANGES[change.tag];
  if (!carryOutIn) throw new GroupError('400', 'bad-request');
  return carryOutIn(deps, request, groupOf(deps, iq.attrs.to));
}

/** The changes of an existing group, by the tag that requests them. */
const CHANGES: Partial<Record<string, (deps: ChangeGroupsDeps, request: ChangeRequest, group: Group) => Stanza[]>> = {
  subject({ groups }, { by, change }, group) {
    groups.rename(group, by, bytesOf(change).toString('utf8'));
    return [];
  },
  description({ groups }, { by, change }, group) {
    const { id, prev } = change.attrs;
    if (prev !== group.description?.id) throw new GroupError('409', 'conflict');
    groups.describe(group, by, id === undefined ? undefined : bytesOf(childOf(change, 'body')).toString('utf8'), id);
    return [];
  },
  ephemeral({ groups }, { by, change }, group) {
    groups.setTimer(group, by, Number(change.attrs.expiration));
    return [];
  },
  not_ephemeral({ groups }, { by }, group) {
    groups.setTimer(group, by, 0);
    return [];
  },
  invite({ groups }, { by, iq }, group) {
    const code = iq.attrs.type === 'get' ? groups.invite(group, by) : groups.revokeInvite(group, by);
    return [node('invite', { code })];
  },
  add: (...input) => people('add', ...input),
  remove: (...input) => people('remove', ...input),
  promote: (...input) => people('promote', ...input),
  demote: (...input) => people('demote', ...input),
};

function people(action: PeopleAction, deps: ChangeGroupsDeps, { by, change }: ChangeRequest, group: Group): Stanza[] {
  const { known, strangers } = peopleIn(deps.directory, change);
  const outcomes = deps.groups.people(group, by, action, known).map((outcome) => outcomeStanza(group, outcome));
  return [node(action, {}, [...outcomes, ...strangers])];
}

/** Creates a group and describes it; the description lists also those who could not be added, with the error. */
function create(deps: ChangeGroupsDeps, { by, change }: ChangeRequest): Stanza[] {
  const { directory, groups, groupSettings, addressing } = deps;
  const parent = childOf(change, 'linked_parent')?.attrs.jid;
  const community = parent === undefined ? undefined : groupOf(deps, parent);
  const { known, strangers } = peopleIn(directory, change);
  const { subject = '' } = change.attrs;
  const { group, outcomes } = groups.create(by, { subject, people: known, addressing, community });
  if (community) groupSettings.createdWithin(community, by, group);
  const refused = outcomes.filter(({ error }) => error !== undefined).map((outcome) => outcomeStanza(group, outcome));
  const described = groupStanza(group);
  return [{ ...described, content: [...childrenOf(described), ...refused, ...strangers] }];
}

/** Creates a community, with its group for announcements, and describes it. */
function createCommunity({ groups, addressing }: ChangeGroupsDeps, { by, change }: ChangeRequest): Stanza[] {
  const { subject = '' } = change.attrs;
  const facts = { subject, people: [], addressing };
  const mode = childOf(change, 'parent')?.attrs.default_membership_approval_mode;
  const body = childOf(childOf(change, 'description'), 'body');
  const { group: community } = groups.create(by, {
    ...facts,
    description: body && bytesOf(body).toString('utf8'),
    settings: { isCommunity: true, communityApproval: mode === 'request_required' },
  });
  groups.create(by, { ...facts, community, settings: { isAnnouncements: true, announcement: true } });
  return [groupStanza(community)];
}

function groupOf({ directory }: ChangeGroupsDeps, jid: string | undefined): Group {
  const group = directory.group(jid);
  if (!group) throw new GroupError('404', 'item-not-found');
  return group;
}

/** The accounts of the `<participant>`s of a change, and the errors for those that do not exist. */
function peopleIn(directory: Directory, change: Stanza): { known: Account[]; strangers: Stanza[] } {
  const participants = childrenOf(change).filter(({ tag }) => tag === 'participant');
  const named = participants.map(({ attrs: { jid = '' } }) => ({ jid, account: directory.byJid(jid) }));
  return {
    known: named.flatMap(({ account }) => account ?? []),
    strangers: named.filter(({ account }) => !account).map(({ jid }) => node('participant', { jid, error: '404' })),
  };
}

function outcomeStanza(group: Group, { person, error }: PersonOutcome): Stanza {
  return participantStanza(group, person, group.roleOf(person), error === undefined ? {} : { error });
}
