import { randomUUID } from 'node:crypto';

import { node, type Stanza } from '../kit/stanza.ts';
import type { Account } from './account.ts';
import type { Directory } from './directory.ts';
import type { Group } from './group.ts';
import {
  demandAdmin,
  demandEditor,
  demandMember,
  type GroupDesk,
  GroupError,
  type PersonOutcome,
} from './group-desk.ts';
import { approvalMode, type GroupRestriction, type JoinRequest, type MemberAddMode } from './group-settings.ts';
import { groupStanza, participantStanza } from './group-stanza.ts';
import type { Picture } from './picture.ts';

/** A setting that is on or off, by the two tags that say so. */
export type GroupSwitch = 'locked' | 'announcement';

const SWITCHES: Record<GroupSwitch, { on: string; off: string }> = {
  locked: { on: 'locked', off: 'unlocked' },
  announcement: { on: 'announcement', off: 'not_announcement' },
};
const LIFTED: Record<GroupRestriction, string> = { suspended: 'unsuspended', growth_locked: 'growth_unlocked' };

/** Dependencies of {@link GroupSettingsDesk}. */
export interface GroupSettingsDeps {
  readonly directory: Directory;
  readonly groups: GroupDesk;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/**
 * Changes the settings of groups if permitted, decides about those who want to join, and notifies the members' linked
 * devices. Whatever is not permitted throws a GroupError.
 */
export class GroupSettingsDesk {
  readonly #deps: GroupSettingsDeps;

  constructor(deps: GroupSettingsDeps) {
    this.#deps = deps;
  }

  /** Turns a setting on or off. */
  turn(group: Group, by: Account, { setting, is }: { setting: GroupSwitch; is: boolean }): void {
    demandAdmin(group, by);
    group.settings[setting] = is;
    this.#deps.groups.notify(group, by, node(SWITCHES[setting][is ? 'on' : 'off']));
  }

  /** Changes who may add members. */
  letAdd(group: Group, by: Account, mode: MemberAddMode): void {
    demandAdmin(group, by);
    group.settings.memberAddMode = mode;
    this.#deps.groups.notify(group, by, node('member_add_mode', {}, Buffer.from(mode)));
  }

  /** Changes whether admins decide about whoever follows the invite link; once they do not, all who wait are admitted. */
  needApproval(group: Group, by: Account, is: boolean): void {
    demandAdmin(group, by);
    group.settings.needsApproval = is;
    this.#deps.groups.notify(group, by, approvalMode(is));
    if (!is) this.#admit(group, by, [...group.settings.requests.keys()]);
  }

  /** Somebody follows the invite link: becomes a member or, where admins decide, waits for them. */
  join(code: string, who: Account): Group {
    const group = this.#deps.groups.byInvite(code);
    if (!group.settings.needsApproval || group.has(who)) return this.#deps.groups.join(code, who);
    const request: JoinRequest = { method: 'invite_link', t: Math.floor(this.#deps.now() / 1000) };
    group.settings.requests.set(who, request);
    const attrs = { request_method: request.method };
    const requested = node('created_membership_requests', attrs, [requestStanza(group, who, request)]);
    this.#deps.groups.notify(group, who, requested, admins(group));
    return group;
  }

  /** Who waits to become a member. */
  requests(group: Group, by: Account): Stanza[] {
    demandAdmin(group, by);
    return [...group.settings.requests].map(([who, request]) => requestStanza(group, who, request));
  }

  /** Admits or refuses people who wait; 404 for those who do not. */
  decide(group: Group, by: Account, { people, admits }: { people: readonly Account[]; admits: boolean }) {
    demandAdmin(group, by);
    const outcomes: PersonOutcome[] = people.map((person) => ({
      person,
      error: group.settings.requests.has(person) ? undefined : '404',
    }));
    const waiting = outcomes.filter(({ error }) => error === undefined).map(({ person }) => person);
    if (admits) this.#admit(group, by, waiting);
    else this.#revoke(group, by, waiting);
    return outcomes;
  }

  /** Somebody no longer wants to join. */
  withdraw(group: Group, who: Account): void {
    if (!group.settings.requests.has(who)) throw new GroupError('404', 'item-not-found');
    this.#revoke(group, who, [who]);
  }

  /** WhatsApp itself restricts the group, or no longer does. */
  restrict(group: Group, restriction: GroupRestriction, is: boolean): void {
    if (is) group.settings.restrictions.add(restriction);
    else group.settings.restrictions.delete(restriction);
    const attrs = is && restriction === 'growth_locked' ? { type: 'invite', expiration: '86400' } : {};
    this.#deps.groups.notify(group, undefined, node(is ? restriction : LIFTED[restriction], attrs));
  }

  /** Makes a group part of a community, or no longer; both are told. */
  link(community: Group, by: Account, { group, is }: { group: Group; is: boolean }): void {
    if (!community.settings.isCommunity) throw new GroupError('400', 'bad-request');
    demandAdmin(community, by);
    demandAdmin(group, by);
    group.settings.community = is ? community.jid : undefined;
    this.#deps.groups.notify(community, by, linkStanza(group, 'sub_group', is));
    this.#deps.groups.notify(group, by, linkStanza(community, 'parent_group', is));
  }

  /** Tells a community of a group that was created within it. */
  createdWithin(community: Group, by: Account, group: Group): void {
    this.#deps.groups.notify(community, by, linkStanza(group, 'sub_group', true));
  }

  /** The groups of a community, for its members. */
  groupsOf(community: Group, by: Account): Stanza[] {
    demandMember(community, by);
    const groups = this.#deps.directory.groups().filter(({ settings }) => settings.community === community.jid);
    return groups.map((group) => {
      const { attrs } = groupStanza(group);
      return node('group', attrs, group.settings.isAnnouncements ? [node('default_sub_group')] : []);
    });
  }

  /** Changes the picture; undefined removes it. */
  setPicture(group: Group, by: Account, picture: Picture | undefined): void {
    demandEditor(group, by);
    group.picture = picture;
    const seconds = String(Math.floor(this.#deps.now() / 1000));
    const who = { jid: group.jid, author: by.jid(group.addressing) };
    const change = picture ? node('set', { ...who, id: seconds }) : node('delete', who);
    const attrs = { type: 'picture', id: randomUUID(), from: group.jid, t: seconds, notify: by.name };
    for (const { linked } of group.members) {
      for (const device of linked.values()) device.deliver(node('notification', attrs, [change]));
    }
  }

  /** Ends the group for everybody. */
  delete(group: Group, by: Account, reason = 'delete_group'): void {
    demandAdmin(group, by);
    this.#deps.groups.notify(group, by, node('delete', { reason }));
    for (const member of group.members) group.remove(member);
  }

  /** Tells the group that a member had another number before (`modify`), and of the owner of a community `change_number`. */
  numberChanged(group: Group, member: Account, before: string): void {
    demandMember(group, member);
    const now = node('modify', {}, [participantStanza(group, member, group.roleOf(member), { old_jid: before })]);
    this.#deps.groups.notify(group, member, now);
    if (group.settings.isCommunity && group.roleOf(member) === 'superadmin') {
      this.#deps.groups.notify(group, member, node('change_number', { jid: member.jid(group.addressing) }));
    }
  }

  #admit(group: Group, by: Account, people: readonly Account[]): void {
    for (const person of people) group.settings.requests.delete(person);
    this.#deps.groups.admit(group, by, people);
  }

  #revoke(group: Group, by: Account, people: readonly Account[]): void {
    if (people.length === 0) return;
    for (const person of people) group.settings.requests.delete(person);
    const participants = people.map((person) => participantStanza(group, person, undefined));
    const revoked = node('revoked_membership_requests', {}, participants);
    this.#deps.groups.notify(group, by, revoked, new Set([...admins(group), ...people]));
  }
}

function admins(group: Group): Account[] {
  return group.members.filter((member) => group.roleOf(member) !== 'member');
}

function requestStanza(group: Group, who: Account, { method, t }: JoinRequest): Stanza {
  const { attrs } = participantStanza(group, who, undefined);
  return node('membership_approval_request', { ...attrs, request_method: method, request_time: String(t) });
}

function linkStanza({ jid, subject, created }: Group, type: string, is: boolean): Stanza {
  const group = node('group', { jid, subject, s_t: String(created) });
  if (is) return node('link', { link_type: type }, [group]);
  return node('unlink', { unlink_type: type, unlink_reason: 'unlink_group' }, [group]);
}
