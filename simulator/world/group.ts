import { type Account } from './account.ts';
import { type Addressing } from './address.ts';
import { type Endpoint } from './endpoint.ts';
import { type Picture } from './picture.ts';

/** A group chat: whoever writes to it writes to every device of every member. */
export class Group {
  /** `…@g.us`. */
  readonly jid: string;
  readonly subject: string;
  /** How its members are named in its stanzas. */
  readonly addressing: Addressing;
  /** When it was made, in seconds since the Unix epoch. */
  readonly created: number;
  picture: Picture | undefined;
  readonly #members: Set<Account>;

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
    this.#members = new Set(facts.members);
  }

  /** Who is in it; the first one made it. */
  get members(): Account[] {
    return [...this.#members];
  }

  /** Whether the account is in it. */
  has(account: unknown): boolean {
    return this.#members.has(account as Account);
  }

  /** The phones and linked devices of all members. */
  endpoints(): Endpoint[] {
    return this.members.flatMap((member) => member.endpoints());
  }
}
