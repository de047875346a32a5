import { randomBytes } from 'node:crypto';

import { type Account } from './account.ts';
import { type Addressing } from './address.ts';
import { type Endpoint } from './endpoint.ts';
import { type Picture } from './picture.ts';

/** A member's role; the creator is `superadmin`. */
export type GroupRole = 'member' | 'admin' | 'superadmin';

/** The description of a group; a change names the id of the description that it replaces. */
export interface GroupDescription {
  readonly id: string;
  readonly text: string;
}

const CODE_BYTES = 16;

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
  /** Whether only admins may change the subject and the description. */
  locked = false;
  picture: Picture | undefined;
  /** The last part of the invite link. */
  inviteCode = newCode();
  readonly #roles: Map<Account, GroupRole>;

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
    this.#roles = new Map(facts.members.map((member, index) => [member, index === 0 ? 'superadmin' : 'member']));
  }

  /** The members, the creator first unless the creator has left. */
  get members(): Account[] {
    return [...this.#roles.keys()];
  }

  /** Whether the account is a member. */
  has(account: unknown): boolean {
    return this.#roles.has(account as Account);
  }

  /** The account's role; undefined when it is not a member. */
  roleOf(account: unknown): GroupRole | undefined {
    return this.#roles.get(account as Account);
  }

  /** Adds the account, or changes its role. */
  put(account: Account, role: GroupRole): void {
    this.#roles.set(account, role);
  }

  /** Removes the account. */
  remove(account: Account): void {
    this.#roles.delete(account);
  }

  /** Invalidates the invite link by a new code. */
  renewInvite(): void {
    this.inviteCode = newCode();
  }

  /** The phones and linked devices of all members. */
  endpoints(): Endpoint[] {
    return this.members.flatMap((member) => member.endpoints());
  }
}

function newCode(): string {
  return randomBytes(CODE_BYTES).toString('base64url');
}
