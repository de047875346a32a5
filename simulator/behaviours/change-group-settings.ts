import { bytesOf, childOf, childrenOf, errorOf, node, resultOf, type Stanza } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import type { Group } from '../world/group.ts';
import { type GroupDesk, GroupError } from '../world/group-desk.ts';
import type { GroupSettingsDesk, GroupSwitch } from '../world/group-settings-desk.ts';
import { groupStanza, participantStanza } from '../world/group-stanza.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/** Dependencies of {@link changeGroupSettings}. */
export interface ChangeGroupSettingsDeps {
  readonly directory: Directory;
  readonly groups: GroupDesk;
  readonly settings: GroupSettingsDesk;
}

/** What a client asks for in a group. */
interface SettingRequest {
  readonly by: Account;
  readonly group: Group;
  readonly asked: Stanza;
}

/** Changes the settings of groups for clients, and lets them join by a code and decide about others who want to. */
export function changeGroupSettings(deps: ChangeGroupSettingsDeps): Behaviour {
  return {
    name: 'change group settings',
    onStanza(iq, client) {
      const by = deps.directory.byJid(client.device?.jid('pn'));
      const [asked] = childrenOf(iq);
      if (!by || !asked || !isIq(iq, { xmlns: 'w:g2' })) return false;
      try {
        const answer = answerTo(deps, { iq, asked, by });
        if (answer) client.send(resultOf(iq, answer));
        return answer !== undefined;
      } catch (error) {
        if (!(error instanceof GroupError)) throw error;
        client.send(errorOf(iq, error.code, error.message));
        return true;
      }
    },
  };
}

function answerTo(
  deps: ChangeGroupSettingsDeps,
  { iq, asked, by }: { iq: Stanza; asked: Stanza; by: Account },
): Stanza[] | undefined {
  const { code } = asked.attrs;
  if (asked.tag === 'invite' && code !== undefined) return byCode(deps, code, iq.attrs.type === 'set' ? by : undefined);
  const answer = ANSWERS[asked.tag];
  if (!answer) return undefined;
  const group = deps.directory.group(iq.attrs.to);
  if (!group) throw new GroupError('404', 'item-not-found');
  return answer(deps, { by, group, asked });
}

/** Describes the group with this invite link; `who` joins it. */
function byCode({ groups, settings }: ChangeGroupSettingsDeps, code: string, who: Account | undefined): Stanza[] {
  if (!who) return [groupStanza(groups.byInvite(code))];
  const group = settings.join(code, who);
  const { attrs } = node('group', { jid: group.jid });
  return [group.has(who) ? node('group', attrs) : node('membership_approval_request', attrs)];
}

type Answer = (deps: ChangeGroupSettingsDeps, request: SettingRequest) => Stanza[];

/** The answers by the tag of what is asked for. */
const ANSWERS: Partial<Record<string, Answer>> = {
  locked: turning('locked', true),
  unlocked: turning('locked', false),
  announcement: turning('announcement', true),
  not_announcement: turning('announcement', false),
  member_add_mode({ settings }, { group, by, asked }) {
    const mode = bytesOf(asked).toString();
    if (mode !== 'admin_add' && mode !== 'all_member_add') throw new GroupError('400', 'bad-request');
    settings.letAdd(group, by, mode);
    return [];
  },
  membership_approval_mode({ settings }, { group, by, asked }) {
    settings.needApproval(group, by, childOf(asked, 'group_join')?.attrs.state === 'on');
    return [];
  },
  membership_approval_requests: ({ settings }, { group, by }) => [
    node('membership_approval_requests', {}, settings.requests(group, by)),
  ],
  membership_requests_action: (deps, request) => [
    node('membership_requests_action', {}, childrenOf(request.asked).map(decision(deps, request))),
  ],
  sub_groups: ({ settings }, { group, by }) => [node('sub_groups', {}, settings.groupsOf(group, by))],
  links: linking(true),
  unlink: linking(false),
  delete_parent({ settings }, { group, by }) {
    settings.delete(group, by);
    return [];
  },
};

function turning(setting: GroupSwitch, is: boolean): Answer {
  return ({ settings }, { group, by }) => {
    settings.turn(group, by, { setting, is });
    return [];
  };
}

/** Answers an `<approve>` or a `<reject>` with the outcome for each person. */
function decision({ directory, settings }: ChangeGroupSettingsDeps, { group, by }: SettingRequest) {
  return (action: Stanza): Stanza => {
    const people = childrenOf(action).flatMap(({ attrs }) => directory.byJid(attrs.jid) ?? []);
    const outcomes = settings.decide(group, by, { people, admits: action.tag === 'approve' });
    const participants = outcomes.map(({ person, error }) =>
      participantStanza(group, person, undefined, error === undefined ? {} : { error }),
    );
    return node(action.tag, {}, participants);
  };
}

/** The groups stand in the request itself (`unlink`), or in its `<link>` (`links`). */
function linking(is: boolean): Answer {
  return ({ directory, settings }, { group: community, by, asked }) => {
    const named = childrenOf(is ? childOf(asked, 'link') : asked).map(({ attrs }) => directory.group(attrs.jid));
    for (const group of named) if (group) settings.link(community, by, { group, is });
    return [asked];
  };
}
