import { proto, unpadRandomMax16 } from '@whiskeysockets/baileys';

import { bigEndian, bytesOf, childOf, childrenOf, node, type Stanza } from '../kit/stanza.ts';
import { formatJid } from '../world/address.ts';
import type { Endpoint } from '../world/endpoint.ts';
import type { Group } from '../world/group.ts';
import { STATUS_JID, STATUSES } from '../world/status-audience.ts';
import { keyStanzas } from '../world/key-bundle.ts';
import { receiptParties } from '../world/receipt-parties.ts';
import { interactiveOf, isAnnounced } from './interactive-message.ts';
import { mediaRetry } from './media-retry.ts';
import { textOf } from './message-text.ts';
import type { PhoneDeps } from './phone-deps.ts';
import type { PhoneSender } from './phone-sender.ts';
import { expirationOf } from './timed-message.ts';

const MAX_RETRIES = 5;

/** Takes a message from another device of the owner, and its id. */
export type TakeOwn = (from: Endpoint, message: proto.IMessage, id: string) => void;

/** The receiving half of a phone: decrypts and confirms messages, sends retry receipts, and records receipts. */
export class PhoneReceiver {
  readonly #deps: PhoneDeps;
  readonly #sender: PhoneSender;
  readonly #takeOwn: TakeOwn;
  readonly #retries = new Map<string, number>();

  constructor(deps: PhoneDeps, sender: PhoneSender, takeOwn: TakeOwn = () => undefined) {
    this.#deps = deps;
    this.#sender = sender;
    this.#takeOwn = takeOwn;
  }

  /** Handles a stanza from the server. */
  async take(stanza: Stanza): Promise<void> {
    const from = this.#deps.world.directory.endpoint(stanza.attrs.participant ?? stanza.attrs.from);
    if (!from) return;
    if (stanza.tag === 'message') await this.#takeMessage(stanza, from);
    if (stanza.tag === 'receipt') await this.#takeReceipt(stanza, from);
    this.#deps.world.changes.announce();
  }

  async #takeMessage(stanza: Stanza, from: Endpoint): Promise<void> {
    const id = stanza.attrs.id ?? '';
    let message: proto.IMessage;
    try {
      message = await this.#decrypt(stanza, from);
    } catch {
      this.#askAgain(stanza, from);
      return;
    }
    this.#retries.delete(id);
    this.#note(stanza, from, message);
    if (from.owner !== this.#deps.account) this.#keep(stanza, from, message);
    else this.#deps.media.remember(id, message.deviceSentMessage?.message ?? message);
    from.deliver(node('receipt', this.#receiptAttrs(stanza)));
    if (from.owner === this.#deps.account) this.#takeOwn(from, message.deviceSentMessage?.message ?? message, id);
  }

  /** Merges the parts of a message; a sender key in one part is stored before the next part is decrypted. */
  async #decrypt(stanza: Stanza, from: Endpoint): Promise<proto.IMessage> {
    const { from: chat } = stanza.attrs;
    const group = chat === STATUS_JID ? STATUSES : this.#deps.world.directory.group(chat);
    let message: proto.IMessage = {};
    for (const enc of childrenOf(stanza).filter(({ tag }) => tag === 'enc')) {
      const padded = await this.#open(enc, from, group);
      const { senderKeyDistributionMessage: key, ...part } = proto.Message.decode(unpadRandomMax16(padded));
      const distribution = key?.axolotlSenderKeyDistributionMessage;
      if (group && distribution) await this.#deps.senderKeys.take(group, from, distribution);
      message = { ...message, ...part };
    }
    return message;
  }

  #open(enc: Stanza, from: Endpoint, group: Group | undefined): Promise<Uint8Array> {
    const { sessions, senderKeys } = this.#deps;
    if (group && enc.attrs.type === 'skmsg') return senderKeys.decrypt(group, from, bytesOf(enc));
    return sessions.decrypt(from, enc.attrs.type, bytesOf(enc));
  }

  /** Also handles messages sent by a device of the owner; their `recipient` is the chat. */
  #note({ attrs }: Stanza, { owner }: Endpoint, { deviceSentMessage, ...message }: proto.IMessage): void {
    const { known, timers, world } = this.#deps;
    const chat = world.directory.group(attrs.from) ?? world.directory.byJid(attrs.recipient ?? attrs.from);
    const creator = world.directory.byNumber(owner.number);
    if (!chat || !creator) return;
    const content = deviceSentMessage?.message ?? message;
    known.note(attrs.id ?? '', content, { chat, creator });
    timers.note(chat, content, Number(attrs.t));
  }

  #keep(stanza: Stanza, from: Endpoint, message: proto.IMessage): void {
    // Delivered and confirmed, but no phone shows it.
    if (interactiveOf(message) && !isAnnounced(stanza)) return;
    const { id = '', from: chat = '', participant, t } = stanza.attrs;
    const isNew = this.#deps.inbox.add({
      id,
      from: from.owner.number,
      fromJid: participant ?? chat,
      group: participant === undefined ? undefined : chat,
      timestamp: Number(t),
      text: textOf(message),
      expiration: expirationOf(message),
      message,
    });
    if (isNew) this.#deps.world.counters.messagesToPhones += 1;
  }

  /** Sends a retry receipt with keys for a new session (section 9 of the protocol notes). */
  #askAgain(stanza: Stanza, from: Endpoint): void {
    const { id = '', t = '' } = stanza.attrs;
    const count = (this.#retries.get(id) ?? 0) + 1;
    if (count > MAX_RETRIES) return;
    this.#retries.set(id, count);
    this.#deps.world.counters.retries += 1;
    const bundle = this.#deps.keys.takeBundle();
    const content = [
      node('retry', { count: String(count), id, t, v: '1', error: '0' }),
      node('registration', {}, bigEndian(bundle.registrationId, 4)),
      node('keys', {}, [
        node('type', {}, Buffer.from([5])),
        node('identity', {}, bundle.identity),
        ...keyStanzas(bundle),
      ]),
    ];
    from.deliver(node('receipt', { ...this.#receiptAttrs(stanza), type: 'retry' }, content));
  }

  /** A receipt uses the addressing of the message; for a message of an own device it names the chat. */
  #receiptAttrs({ attrs }: Stanza): Record<string, string> {
    const { device, world } = this.#deps;
    const own = attrs.recipient === undefined ? {} : { recipient: attrs.recipient, type: 'sender' };
    const t = String(Math.floor(world.now() / 1000));
    return { id: attrs.id ?? '', t, ...receiptParties(device, attrs.from, attrs.participant), ...own };
  }

  async #takeReceipt(stanza: Stanza, from: Endpoint): Promise<void> {
    const { id = '', type = '' } = stanza.attrs;
    if (type === 'server-error') {
      from.deliver(mediaRetry(stanza, from.owner.jid('pn'), this.#deps.media.uploadAgain(id)));
      return;
    }
    const ids = [id, ...childrenOf(childOf(stanza, 'list')).map(({ attrs }) => attrs.id ?? '')];
    const device = formatJid({ user: from.owner.number, device: from.device, addressing: 'pn' });
    for (const each of ids) this.#deps.receipts.note(each, type, device);
    if (type === 'retry') await this.#sender.resend(from, stanza, childOf(stanza, 'retry')?.attrs.count ?? '1');
  }
}
