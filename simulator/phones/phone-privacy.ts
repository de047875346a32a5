import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import type { PrivacyDesk } from '../world/privacy-desk.ts';
import type { PrivacyName } from '../world/privacy-settings.ts';

/** What the owner of one phone lets others see and do. Each change is told to the other devices of the account. */
export class PhonePrivacy {
  readonly #directory: Directory;
  readonly #desk: PrivacyDesk;
  readonly #account: Account;

  constructor(world: { directory: Directory; privacy: PrivacyDesk }, account: Account) {
    this.#directory = world.directory;
    this.#desk = world.privacy;
    this.#account = account;
  }

  /** Changes a setting, such as `last` to `none`. Throws a RangeError when there is no such value. */
  set(name: PrivacyName, value: string): void {
    this.#desk.set({ account: this.#account }, name, value);
  }

  block(other: { readonly number: string }): void {
    this.#block(other, true);
  }

  unblock(other: { readonly number: string }): void {
    this.#block(other, false);
  }

  /** The numbers of those that are blocked, by whichever device. */
  get blocked(): string[] {
    return [...this.#account.privacy.blocked].map(({ number }) => number);
  }

  #block({ number }: { readonly number: string }, is: boolean): void {
    const other = this.#directory.byNumber(number);
    if (!other || other === this.#account) throw new RangeError(`${this.#account.number} cannot block ${number}.`);
    this.#desk.block({ account: this.#account }, other, is);
  }
}
