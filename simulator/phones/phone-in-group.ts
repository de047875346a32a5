import { type Account } from '../world/account.ts';
import { type Directory } from '../world/directory.ts';
import { type Group } from '../world/group.ts';
import { type GroupDesk, type PeopleAction } from '../world/group-desk.ts';

/** A phone, identified by its number. */
interface Numbered {
  readonly number: string;
}

/** The changes that a phone makes to a group. Each throws a GroupError when it is not permitted. */
export class PhoneInGroup {
  readonly #groups: GroupDesk;
  readonly #directory: Directory;
  readonly #account: Account;
  readonly #group: Group;

  constructor(world: { groups: GroupDesk; directory: Directory }, account: Account, group: Group) {
    this.#groups = world.groups;
    this.#directory = world.directory;
    this.#account = account;
    this.#group = group;
  }

  add(...people: Numbered[]): void {
    this.#change('add', people);
  }

  remove(...people: Numbered[]): void {
    this.#change('remove', people);
  }

  /** Makes members admins. */
  promote(...people: Numbered[]): void {
    this.#change('promote', people);
  }

  /** Makes admins ordinary members. */
  demote(...people: Numbered[]): void {
    this.#change('demote', people);
  }

  rename(subject: string): void {
    this.#groups.rename(this.#group, this.#account, subject);
  }

  /** Changes the description; undefined removes it. */
  describe(text: string | undefined): void {
    this.#groups.describe(this.#group, this.#account, text);
  }

  /** Replaces the invite link and returns its new code. */
  revokeInvite(): string {
    return this.#groups.revokeInvite(this.#group, this.#account);
  }

  leave(): void {
    this.#groups.leave(this.#group, this.#account);
  }

  #change(action: PeopleAction, people: readonly Numbered[]): void {
    const accounts = people.flatMap(({ number }) => this.#directory.byNumber(number) ?? []);
    this.#groups.people(this.#group, this.#account, action, accounts);
  }
}
