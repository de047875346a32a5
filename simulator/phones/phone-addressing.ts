import type { Account } from '../world/account.ts';
import type { PhoneWorld } from './phone-deps.ts';

/** The LID of one phone's account, and whether its clients may write to LIDs. */
export class PhoneAddressing {
  readonly #world: PhoneWorld;
  readonly #account: Account;

  constructor(world: PhoneWorld, account: Account) {
    this.#world = world;
    this.#account = account;
  }

  /** Leaves the account's own conversations where they are: what its clients send to LIDs is refused. */
  forbidLids(): void {
    this.#account.writesToNumbersOnly = true;
    this.#world.changes.announce();
  }

  /** Gives the account another LID, of which nobody is notified. Clients that write to the old one are told to look it up. */
  renew(): void {
    this.#world.directory.renewLid(this.#account);
    this.#world.changes.announce();
  }
}
