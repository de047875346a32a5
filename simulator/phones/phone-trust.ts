import type { Account } from '../world/account.ts';
import type { NewChatCap, Timelock } from '../world/standing.ts';
import { tell, tellCap, tellTimelock } from '../world/standing-news.ts';
import type { IssueOptions } from '../world/trust-book.ts';
import type { PhoneWorld } from './phone-deps.ts';

/** What trust needs of the world. */
type TrustWorld = Pick<PhoneWorld, 'directory' | 'trust' | 'now' | 'changes'>;

/** Whom the owner of a phone trusts, and how the server trusts the owner: tokens, timelock, limit of new chats. */
export class PhoneTrust {
  readonly #world: TrustWorld;
  readonly #account: Account;

  constructor(world: TrustWorld, account: Account) {
    this.#world = world;
    this.#account = account;
  }

  /** Gives somebody a token, as the phone does by itself when it writes to them. Throws a RangeError for nobody. */
  giveTo(other: { readonly jid: string }, options?: IssueOptions): void {
    this.#world.trust.issue(this.#account, this.#person(other), options);
    this.#world.changes.announce();
  }

  /** How many tokens somebody has given to the owner. */
  tokensFrom(other: { readonly jid: string }): number {
    return this.#world.trust.count(this.#person(other), this.#account);
  }

  /** From now on the account may not write to strangers; its linked devices are notified, unless that is a secret. */
  lock(timelock: Timelock): void {
    this.#account.standing.timelock = timelock;
    if (timelock.isSecret !== true) tellTimelock(this.#account, this.#world.now());
  }

  /** Ends the timelock; the linked devices are notified. */
  unlock(): void {
    this.#account.standing.timelock = undefined;
    tellTimelock(this.#account, this.#world.now());
  }

  /** The limit of new chats, and how many of them were begun. */
  get cap(): NewChatCap | undefined {
    return this.#account.standing.cap;
  }

  /** Sets the limit of new chats, or takes it back; the linked devices are notified. */
  set cap(cap: NewChatCap | undefined) {
    this.#account.standing.cap = cap;
    tellCap(this.#account, this.#world.now());
  }

  /** Sends the linked devices a `mex` notification with any text. */
  tell(operation: string, text: string): void {
    tell(this.#account, operation, text, this.#world.now());
  }

  #person({ jid }: { readonly jid: string }): Account {
    const person = this.#world.directory.byJid(jid);
    if (!person) throw new RangeError(`There is no account ${jid}.`);
    return person;
  }
}
