import { node, type Stanza } from '../kit/stanza.ts';
import type { BusinessProfile } from '../world/account.ts';
import { formatJid } from '../world/address.ts';
import type { Picture } from '../world/picture.ts';
import { announceProfile, changeAbout, changePicture } from '../world/profile-news.ts';
import { StatusAudience } from '../world/status-audience.ts';
import { newSecret } from './message-seal.ts';
import { newMessageId } from './message-id.ts';
import type { PhoneAppState } from './phone-app-state.ts';
import type { PhoneDeps } from './phone-deps.ts';
import type { PhoneSender } from './phone-sender.ts';
import { unlinkDevices } from './unlink-devices.ts';

const NUMBER = /^\d{5,15}$/;

/**
 * What one phone's owner shows of themselves. Changes are announced to the linked devices of everybody else; the real server
 * tells only those who know the account.
 */
export class PhoneProfile {
  readonly #deps: PhoneDeps;
  readonly #sender: PhoneSender;
  readonly #appState: PhoneAppState;

  constructor(deps: PhoneDeps, { sender, appState }: { sender: PhoneSender; appState: PhoneAppState }) {
    this.#deps = deps;
    this.#sender = sender;
    this.#appState = appState;
  }

  /** Posts a text as a status to the linked devices of these people, and to the own ones. Resolves with its message id. */
  async postStatus(text: string, to: readonly { readonly number: string }[]): Promise<string> {
    const { world, account, work } = this.#deps;
    const people = to.flatMap(({ number }) => world.directory.byNumber(number) ?? []);
    const chat = new StatusAudience(account, people, this.#seconds);
    const id = newMessageId();
    const message = { extendedTextMessage: { text, backgroundArgb: 0xff_33_66_99 }, ...newSecret() };
    await work.run(() => this.#sender.send({ id, chat, message, addressing: 'lid', type: 'text' }));
    world.changes.announce();
    return id;
  }

  /** What they say about themselves, whichever of their devices wrote it. */
  get about(): string | undefined {
    return this.#deps.account.about?.text;
  }

  /** Changes the text about themselves. */
  setAbout(text: string): void {
    const { world, account } = this.#deps;
    changeAbout(world, account, text);
    world.changes.announce();
  }

  /** The username that its owner chose, if any. */
  get username(): string | undefined {
    return this.#deps.account.username;
  }

  /** Chooses a username: messages in groups carry it, and so do members of groups and contacts that are saved from now on. */
  setUsername(username: string | undefined): void {
    this.#deps.account.username = username;
  }

  /** Changes the profile picture; undefined removes it. */
  setPicture(picture: Picture | undefined): void {
    const { world, account } = this.#deps;
    changePicture(world, account, picture);
    world.changes.announce();
  }

  /** Becomes a business that says this about itself; undefined takes it back. */
  setBusiness(business: BusinessProfile | undefined): void {
    this.#deps.account.business = business;
  }

  /**
   * Takes another name: messages carry it from now on, and the own linked devices get it by the app state. That of a
   * `business` is verified by WhatsApp.
   */
  async rename(name: string, { business = false } = {}): Promise<void> {
    const { account } = this.#deps;
    account.name = name;
    const jid = account.jid('lid');
    if (business) this.#announce('business', node('verified_name', { jid, v: '1', verified_level: 'unknown', name }));
    else this.#announce('contacts', node('update', { jid }));
    await this.#appState.publishName();
  }

  /**
   * Moves the account to another number: its LID, chats and groups stay, its linked devices are unlinked, and its groups are
   * notified, too. Rejects with a RangeError for a number that is none, or taken.
   */
  async changeNumber(number: string): Promise<void> {
    const { world, account } = this.#deps;
    if (!NUMBER.test(number) || world.directory.byNumberOrAlias(number)) {
      throw new RangeError(`${account.number} cannot become ${number}.`);
    }
    await unlinkDevices(this.#deps);
    const [old, lid] = [account.jid('pn'), account.jid('lid')];
    const changed = formatJid({ user: number, device: 0, addressing: 'pn' });
    for (const group of world.directory.groupsOf(account)) world.groups.numberChanges(group, account, changed);
    world.directory.renumber(account, number);
    this.#announce('contacts', node('modify', { old, new: changed, old_lid: lid, new_lid: lid }));
  }

  #announce(type: string, change: Stanza): void {
    const { world, account } = this.#deps;
    announceProfile(world, account, type, change);
    world.changes.announce();
  }

  get #seconds(): number {
    return Math.floor(this.#deps.world.now() / 1000);
  }
}
