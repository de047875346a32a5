import { randomBytes } from 'node:crypto';

import type { Account } from './account.ts';
import type { Addressing } from './address.ts';
import type { ChatTimer } from './chat-timer.ts';
import type { Endpoint } from './endpoint.ts';
import { GroupSettings } from './group-settings.ts';
import type { Picture } from './picture.ts';

/** A member's role; the creator is `superadmin`. */
export type GroupRole = 'member' | 'admin' | 'superadmin';

/** The description of a group; a change names the id of the description that it replaces. */
export interface GroupDescription {
  readonly id: string;
  readonly text: string;
}

/** A member's part in a group; `joined` is in seconds since the Unix epoch. */
interface Membership {
  readonly role: GroupRole;
  readonly joined: number;
}

const CODE_BYTES = 16;
const MICROSECONDS = 1_000_000;

/** A group chat. `group-desk.ts` decides who may change what. */
export class Group {
  /** `…@g.us`. */
  readonly jid: string;
  subject: string;
  description: GroupDescription | undefined;
  /** How its stanzas name members. */
  readonly addressing: Addressing;
  /** Creation time, in seconds since the Unix epoch. */
  readonly created: number;
  /** The disappearing timer; undefined when it never had one. */
  timer: ChatTimer | undefined;
  readonly settings = new GroupSettings();
  picture: Picture | undefined;
  /** The last part of the invite link. */
  inviteCode = newCode();
  readonly #revokedCodes = new Set<string>();
  readonly #members: Map<Account, Membership>;
  #version: number;

  constructor(facts: {
    jid: string;
    subject: string;
    addressing: Addressing;
    created: number;
    members: readonly Account[];
  }) {
    this.jid = facts.jid;
    this.subject = facts.subject;
    this.addressing = facts.addressing;
    this.created = facts.created;
    this.#version = facts.created * MICROSECONDS;
    const roleOf = (index: number): GroupRole => (index === 0 ? 'superadmin' : 'member');
    const members = facts.members.map(
      (member, index) => [member, { role: roleOf(index), joined: facts.created }] as const,
    );
    this.#members = new Map(members);
  }

  /** Whether only admins may change the subject and the description. */
  get locked(): boolean {
    return this.settings.locked;
  }

  set locked(is: boolean) {
    this.settings.locked = is;
  }

  /** Changes with every change of the members or their roles. */
  get version(): string {
    return String(this.#version);
  }

  /** The members, the creator first unless the creator has left. */
  get members(): Account[] {
    return [...this.#members.keys()];
  }

  /** Whether the account is a member. */
  has(account: unknown): boolean {
    return this.#members.has(account as Account);
  }

  /** The account's role; undefined when it is not a member. */
  roleOf(account: unknown): GroupRole | undefined {
    return this.#members.get(account as Account)?.role;
  }

  /** Whether the account may write to it: not where only admins may, and nobody in a suspended one. */
  lets(account: unknown): boolean {
    const { announcement, restrictions } = this.settings;
    if (restrictions.has('suspended')) return false;
    return this.has(account) && (!announcement || this.roleOf(account) !== 'member');
  }

  /** When the account became a member, in seconds since the Unix epoch; undefined when it is none. */
  joinedAt(account: unknown): number | undefined {
    return this.#members.get(account as Account)?.joined;
  }

  /** Adds the account at this time, in seconds since the Unix epoch, or changes its role. */
  put(account: Account, role: GroupRole, seconds: number): void {
    this.#members.set(account, { role, joined: this.joinedAt(account) ?? seconds });
    this.#version += 1;
  }

  /** Removes the account. */
  remove(account: Account): void {
    this.#members.delete(account);
    this.#version += 1;
  }

  /** Invalidates the invite link by a new code. */
  renewInvite(): void {
    this.#revokedCodes.add(this.inviteCode);
    this.inviteCode = newCode();
  }

  /** Whether the code was one of this group's, and no longer is. */
  hasRevoked(code: string): boolean {
    return this.#revokedCodes.has(code);
  }

  /** Whether nobody else can become a member. */
  get isFull(): boolean {
    return this.#members.size >= this.settings.limit;
  }

  /** The phones and linked devices of all members. */
  endpoints(): Endpoint[] {
    return this.members.flatMap((member) => member.endpoints());
  }
}

function newCode(): string {
  return randomBytes(CODE_BYTES).toString('base64url');
}
