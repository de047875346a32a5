import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import type { Group } from '../world/group.ts';
import type { GroupDesk, PeopleAction } from '../world/group-desk.ts';
import type { MemberAddMode } from '../world/group-settings.ts';
import type { GroupSettingsDesk } from '../world/group-settings-desk.ts';
import type { Picture } from '../world/picture.ts';

/** A phone, identified by its number. */
interface Numbered {
  readonly number: string;
}

/** The changes that a phone makes to a group. Each throws a GroupError when it is not permitted. */
export class PhoneInGroup {
  readonly #groups: GroupDesk;
  readonly #settings: GroupSettingsDesk;
  readonly #directory: Directory;
  readonly #account: Account;
  readonly #group: Group;

  constructor(
    world: { groups: GroupDesk; groupSettings: GroupSettingsDesk; directory: Directory },
    account: Account,
    group: Group,
  ) {
    this.#groups = world.groups;
    this.#settings = world.groupSettings;
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

  /** Lets only admins change the subject and the description, or everybody. */
  lock(is = true): void {
    this.#settings.turn(this.#group, this.#account, { setting: 'locked', is });
  }

  /** Lets only admins write, or everybody. */
  announceOnly(is = true): void {
    this.#settings.turn(this.#group, this.#account, { setting: 'announcement', is });
  }

  /** Changes who may add members. */
  letAdd(mode: MemberAddMode): void {
    this.#settings.letAdd(this.#group, this.#account, mode);
  }

  /** Changes the picture; undefined removes it. */
  setPicture(picture: Picture | undefined): void {
    this.#settings.setPicture(this.#group, this.#account, picture);
  }

  /** Has admins decide about whoever follows the invite link, or no longer. */
  needApproval(is = true): void {
    this.#settings.needApproval(this.#group, this.#account, is);
  }

  /** Admits people who want to join. */
  approve(...people: Numbered[]): void {
    this.#settings.decide(this.#group, this.#account, { people: this.#accounts(people), admits: true });
  }

  /** Refuses people who want to join. */
  reject(...people: Numbered[]): void {
    this.#settings.decide(this.#group, this.#account, { people: this.#accounts(people), admits: false });
  }

  /** No longer wants to join. */
  withdrawRequest(): void {
    this.#settings.withdraw(this.#group, this.#account);
  }

  /** Makes another group part of this community. */
  link(group: Group): void {
    this.#settings.link(this.#group, this.#account, { group, is: true });
  }

  /** Takes a group out of this community. */
  unlink(group: Group): void {
    this.#settings.link(this.#group, this.#account, { group, is: false });
  }

  /** Ends the group for everybody. */
  delete(reason?: string): void {
    this.#settings.delete(this.#group, this.#account, reason);
  }

  /** Tells the group that this phone had another JID before. */
  hadNumber(before: string): void {
    this.#settings.numberChanged(this.#group, this.#account, before);
  }

  leave(): void {
    this.#groups.leave(this.#group, this.#account);
  }

  #change(action: PeopleAction, people: readonly Numbered[]): void {
    this.#groups.people(this.#group, this.#account, action, this.#accounts(people));
  }

  #accounts(people: readonly Numbered[]): Account[] {
    return people.flatMap(({ number }) => this.#directory.byNumber(number) ?? []);
  }
}
