import { randomUUID } from 'node:crypto';

import { node, type Stanza } from '../kit/stanza.ts';
import type { Account } from './account.ts';
import type { Addressing } from './address.ts';
import type { Directory } from './directory.ts';
import type { Group } from './group.ts';
import type { GroupSettings } from './group-settings.ts';
import { bodyOf, groupStanza, memberStanza, named, participantStanza } from './group-stanza.ts';

/** A change of membership or role. */
export type PeopleAction = 'add' | 'remove' | 'promote' | 'demote';

/** WhatsApp refuses a change to a group. `code` is the error code that clients get. */
export class GroupError extends Error {
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.name = 'GroupError';
    this.code = code;
  }
}

/** The result of a change for one person. */
export interface PersonOutcome {
  readonly person: Account;
  /** WhatsApp's error code; undefined on success. */
  readonly error: string | undefined;
}

/** What a new group is made of. */
export interface NewGroupFacts {
  readonly subject: string;
  readonly people: readonly Account[];
  readonly addressing: Addressing;
  /** The community to which it belongs. */
  readonly community?: Group | undefined;
  readonly description?: string | undefined;
  /** What makes it a community, or the community's group for announcements. */
  readonly settings?: Partial<
    Pick<GroupSettings, 'isCommunity' | 'communityApproval' | 'isAnnouncements' | 'announcement'>
  >;
}

/** Dependencies of {@link GroupDesk}. */
export interface GroupDeskDeps {
  readonly directory: Directory;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

const MAX_SUBJECT = 100;

/** Changes groups if permitted, and notifies the members' linked devices (section 10 of the protocol notes). */
export class GroupDesk {
  readonly #deps: GroupDeskDeps;

  constructor(deps: GroupDeskDeps) {
    this.#deps = deps;
  }

  /**
   * Creates a group of its creator and those who allow it. Throws a GroupError when the subject is empty or too long.
   */
  create(creator: Account, facts: NewGroupFacts) {
    const { directory } = this.#deps;
    checkSubject(facts.subject);
    if (facts.community) demandAdmin(facts.community, creator);
    const outcomes = facts.people.filter((person) => person !== creator).map((person) => mayBeAdded(person));
    const members = [creator, ...outcomes.filter(({ error }) => error === undefined).map(({ person }) => person)];
    const group = directory.makeGroup({ ...facts, created: this.#seconds, members });
    Object.assign(group.settings, facts.settings);
    group.settings.community = facts.community?.jid;
    group.settings.needsApproval = facts.community?.settings.communityApproval ?? false;
    if (facts.description !== undefined) group.description = { id: randomUUID(), text: facts.description };
    this.notify(group, creator, node('create', { type: 'new' }, [groupStanza(group)]));
    return { group, outcomes };
  }

  /**
   * Applies the action where possible. Returns the outcome per person. Throws a GroupError when `by` is not permitted.
   */
  people(group: Group, by: Account, action: PeopleAction, people: readonly Account[]): PersonOutcome[] {
    demandMember(group, by);
    if (action !== 'add' || group.settings.memberAddMode === 'admin_add') demandAdmin(group, by);
    const outcomes = people.map((person) => obstacle(group, action, person));
    const done = outcomes.filter(({ error }) => error === undefined).map(({ person }) => person);
    if (done.length > 0) this.#change(group, by, action, done);
    return outcomes;
  }

  /** Adds people who waited for an admin to admit them. */
  admit(group: Group, by: Account, people: readonly Account[]): void {
    if (people.length > 0) this.#change(group, by, 'add', people);
  }

  /** Removes a member who leaves. Throws a GroupError when `who` is not a member. */
  leave(group: Group, who: Account): void {
    demandMember(group, who);
    this.#change(group, who, 'remove', [who]);
  }

  /** Adds somebody who follows the invite link. Throws a GroupError when the link is invalid. */
  join(code: string, who: Account): Group {
    const group = this.byInvite(code);
    if (group.has(who)) return group;
    if (group.isFull) throw new GroupError('419', 'resource-limit');
    this.#change(group, undefined, 'add', [who]);
    return group;
  }

  /** The group with this invite link. Throws a GroupError when it was revoked, or there was never one. */
  byInvite(code: string): Group {
    const groups = this.#deps.directory.groups();
    const group = groups.find(({ inviteCode }) => inviteCode === code);
    if (group) return group;
    if (groups.some((each) => each.hasRevoked(code))) throw new GroupError('410', 'gone');
    throw new GroupError('406', 'not-acceptable');
  }

  /** Changes the subject. Throws a GroupError when `by` is not permitted, or the subject is empty or too long. */
  rename(group: Group, by: Account, subject: string): void {
    demandEditor(group, by);
    checkSubject(subject);
    group.subject = subject;
    this.notify(
      group,
      by,
      node('subject', { subject, ...named('s_o', by, group.addressing), s_t: String(this.#seconds) }),
    );
  }

  /** Changes or, without `text`, removes the description. Throws a GroupError when `by` is not permitted. */
  describe(group: Group, by: Account, text: string | undefined, id: string = randomUUID()): void {
    demandEditor(group, by);
    group.description = text === undefined ? undefined : { id, text };
    const body = text === undefined ? [node('delete')] : [bodyOf(text)];
    this.notify(group, by, node('description', { id }, body));
  }

  /**
   * Sets the disappearing timer in seconds; 0 turns it off. Returns the id of the notification. Throws a GroupError when `by` is
   * not permitted.
   */
  setTimer(group: Group, by: Account, seconds: number): string {
    demandEditor(group, by);
    group.timer = { seconds, setAt: this.#seconds, origin: 'chat' };
    const on = node('ephemeral', { expiration: String(seconds), trigger: '1' });
    return this.notify(group, by, seconds === 0 ? node('not_ephemeral') : on);
  }

  /** Notifies the members that one of them, who still has the old number, moves to this one. */
  numberChanges(group: Group, who: Account, newJid: string): void {
    const lid = who.jid('lid');
    const names = group.addressing === 'lid' ? { jid: lid, phone_number: newJid } : { jid: newJid, lid };
    this.notify(group, who, node('modify', {}, [node('participant', names)]));
  }

  /** Returns the code of the invite link. Throws a GroupError when `by` is not permitted. */
  invite(group: Group, by: Account): string {
    demandAdmin(group, by);
    return group.inviteCode;
  }

  /** Replaces the invite link and returns its new code. Throws a GroupError when `by` is not permitted. */
  revokeInvite(group: Group, by: Account): string {
    demandAdmin(group, by);
    group.renewInvite();
    this.notify(group, by, node('invite', { code: group.inviteCode }));
    return group.inviteCode;
  }

  /**
   * Notifies removed members as well, and describes the group to new ones. `by` is undefined when people follow the
   * invite link.
   */
  #change(group: Group, by: Account | undefined, action: PeopleAction, people: readonly Account[]): void {
    const { members: before, version } = group;
    for (const person of people) apply(group, action, person, this.#seconds);
    const participants = people.map((person) =>
      action === 'add' ? memberStanza(group, person) : participantStanza(group, person, group.roleOf(person)),
    );
    const reason = by ? {} : { reason: 'invite' };
    const attrs = { ...reason, v_id: group.version, prev_v_id: version };
    const others = [...new Set([...before, ...group.members])].filter(
      (person) => action !== 'add' || before.includes(person),
    );
    this.notify(group, by, node(action, attrs, participants), others);
    if (action === 'add') this.notify(group, by, node('create', {}, [groupStanza(group)]), people);
  }

  /**
   * Notifies the linked devices of the members, or of `recipients`, of a change by `by`; without it, of one by the server.
   * Returns the id of the notification.
   */
  notify(group: Group, by: Account | undefined, change: Stanza, recipients: Iterable<Account> = group.members): string {
    const { addressing, jid } = group;
    const id = randomUUID();
    const author = by && { notify: by.name, ...named('participant', by, addressing) };
    const attrs = { type: 'w:gp2', id, from: jid, t: String(this.#seconds), addressing_mode: addressing };
    for (const { linked } of recipients) {
      for (const device of linked.values()) {
        device.misses('groups', this.#seconds);
        device.deliver(node('notification', { ...attrs, ...author }, [change]));
      }
    }
    return id;
  }

  get #seconds(): number {
    return Math.floor(this.#deps.now() / 1000);
  }
}

function mayBeAdded(person: Account): PersonOutcome {
  return { person, error: person.addedBy === 'nobody' ? '403' : undefined };
}

function obstacle(group: Group, action: PeopleAction, person: Account): PersonOutcome {
  const role = group.roleOf(person);
  const isClosed = group.isFull || group.settings.restrictions.has('growth_locked');
  if (action === 'add' && isClosed && role === undefined) return { person, error: '419' };
  if (action === 'add') return role === undefined ? mayBeAdded(person) : { person, error: '409' };
  if (role === undefined) return { person, error: '404' };
  return { person, error: role === 'superadmin' && action !== 'promote' ? '405' : undefined };
}

function apply(group: Group, action: PeopleAction, person: Account, seconds: number): void {
  if (action === 'remove') group.remove(person);
  else if (group.roleOf(person) !== 'superadmin') group.put(person, action === 'promote' ? 'admin' : 'member', seconds);
}

/** Throws a GroupError when `who` is not a member. */
export function demandMember(group: Group, who: Account): void {
  if (!group.has(who)) throw new GroupError('404', 'item-not-found');
}

/** Throws a GroupError when `who` is not an admin. */
export function demandAdmin(group: Group, who: Account): void {
  demandMember(group, who);
  if (group.roleOf(who) === 'member') throw new GroupError('403', 'forbidden');
}

/** Throws a GroupError when `who` may not change the subject, the description and the picture. */
export function demandEditor(group: Group, who: Account): void {
  demandMember(group, who);
  if (group.locked) demandAdmin(group, who);
}

function checkSubject(subject: string): void {
  if (subject === '' || subject.length > MAX_SUBJECT) throw new GroupError('406', 'not-acceptable');
}
