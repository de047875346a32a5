import { type Account } from '../world/account.ts';
import { type Directory } from '../world/directory.ts';
import { type Group } from '../world/group.ts';
import { type GroupDesk, type PeopleAction } from '../world/group-desk.ts';

/** Somebody with a number: a phone. */
interface Numbered {
  readonly number: string;
}

/** What one phone does to a group. Everything throws a GroupError when its owner may not. */
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

  /** Has them in the group from now on. */
  add(...people: Numbered[]): void {
    this.#change('add', people);
  }

  /** Has them in the group no more. */
  remove(...people: Numbered[]): void {
    this.#change('remove', people);
  }

  /** Makes them admins. */
  promote(...people: Numbered[]): void {
    this.#change('promote', people);
  }

  /** Makes admins members like all others. */
  demote(...people: Numbered[]): void {
    this.#change('demote', people);
  }

  rename(subject: string): void {
    this.#groups.rename(this.#group, this.#account, subject);
  }

  /** Says what the group is about; undefined says it no more. */
  describe(text: string | undefined): void {
    this.#groups.describe(this.#group, this.#account, text);
  }

  /** Makes the group's link invalid; answers what the new one ends with. */
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
