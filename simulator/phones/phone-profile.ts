import { randomUUID } from 'node:crypto';

import { node, type Stanza } from '../kit/stanza.ts';
import { formatJid } from '../world/address.ts';
import { type Picture } from '../world/picture.ts';
import { StatusAudience } from '../world/status-audience.ts';
import { newSecret } from './message-seal.ts';
import { newMessageId } from './message-id.ts';
import { type PhoneDeps } from './phone-deps.ts';
import { type PhoneSender } from './phone-sender.ts';
import { unlinkDevices } from './unlink-devices.ts';

const NUMBER = /^\d{5,15}$/;

/**
 * What one phone's owner shows of themselves. Changes are announced to the linked devices of everybody else; the real server
 * tells only those who know the account.
 */
export class PhoneProfile {
  readonly #deps: PhoneDeps;
  readonly #sender: PhoneSender;

  constructor(deps: PhoneDeps, sender: PhoneSender) {
    this.#deps = deps;
    this.#sender = sender;
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

  /** Changes the text about themselves. */
  setAbout(text: string): void {
    this.#announce('status', node('set', {}, Buffer.from(text)));
  }

  /** Changes the profile picture; undefined removes it. */
  setPicture(picture: Picture | undefined): void {
    const { account } = this.#deps;
    account.picture = picture;
    const who = { jid: account.jid('lid'), author: account.jid('lid') };
    this.#announce('picture', picture ? node('set', { ...who, id: String(this.#seconds) }) : node('delete', who));
  }

  /** Takes another name: messages carry it from now on. That of a `business` is verified by WhatsApp. */
  rename(name: string, { business = false } = {}): void {
    const { account } = this.#deps;
    account.name = name;
    const jid = account.jid('lid');
    if (business) this.#announce('business', node('verified_name', { jid, v: '1', verified_level: 'unknown', name }));
    else this.#announce('contacts', node('update', { jid }));
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
    const attrs = { id: randomUUID(), type, from: account.jid(world.addressing), t: String(this.#seconds) };
    for (const device of world.directory.linkedDevices()) {
      if (device.owner !== account) device.deliver(node('notification', { ...attrs, notify: account.name }, [change]));
    }
    world.changes.announce();
  }

  get #seconds(): number {
    return Math.floor(this.#deps.world.now() / 1000);
  }
}
