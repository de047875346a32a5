import { randomBytes } from 'node:crypto';

import { type Account } from './account.ts';
import { type Addressing } from './address.ts';
import { type Endpoint } from './endpoint.ts';
import { type Picture } from './picture.ts';

/** What somebody may do in a group; the one who made it is `superadmin`. */
export type GroupRole = 'member' | 'admin' | 'superadmin';

/** What a group is about, with the id by which a change says which one it replaces. */
export interface GroupDescription {
  readonly id: string;
  readonly text: string;
}

const CODE_BYTES = 16;

/** A group chat: whoever writes to it writes to every device of every member. `group-desk.ts` has who may change what. */
export class Group {
  /** `…@g.us`. */
  readonly jid: string;
  subject: string;
  description: GroupDescription | undefined;
  /** How its members are named in its stanzas. */
  readonly addressing: Addressing;
  /** When it was made, in seconds since the Unix epoch. */
  readonly created: number;
  /** Whether only admins may change its subject and description. */
  locked = false;
  picture: Picture | undefined;
  /** What its link ends with. */
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

  /** Who is in it; the first one made it, as long as he is in it. */
  get members(): Account[] {
    return [...this.#roles.keys()];
  }

  /** Whether the account is in it. */
  has(account: unknown): boolean {
    return this.#roles.has(account as Account);
  }

  /** What the account may do in it; undefined when it is not in it. */
  roleOf(account: unknown): GroupRole | undefined {
    return this.#roles.get(account as Account);
  }

  /** From now on the account is in it, with this role. */
  put(account: Account, role: GroupRole): void {
    this.#roles.set(account, role);
  }

  /** From now on the account is not in it. */
  remove(account: Account): void {
    this.#roles.delete(account);
  }

  /** The old link leads nowhere any more. */
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
