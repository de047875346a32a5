import { proto, unpadRandomMax16 } from '@whiskeysockets/baileys';

import { bigEndian, bytesOf, childOf, childrenOf, node, type Stanza } from '../kit/stanza.ts';
import { formatJid, parseJid } from '../world/address.ts';
import { type Endpoint } from '../world/endpoint.ts';
import { keyStanzas } from '../world/key-bundle.ts';
import { textOf } from './message-text.ts';
import { type PhoneParts } from './phone-parts.ts';
import { type PhoneSender } from './phone-sender.ts';

const MAX_RETRIES = 5;

/** The receiving half of a phone: decrypts messages and confirms them, asks again when it cannot, books receipts. */
export class PhoneReceiver {
  readonly #parts: PhoneParts;
  readonly #sender: PhoneSender;
  readonly #retries = new Map<string, number>();

  constructor(parts: PhoneParts, sender: PhoneSender) {
    this.#parts = parts;
    this.#sender = sender;
  }

  /** Takes what the server brings. */
  async take(stanza: Stanza): Promise<void> {
    const from = this.#parts.world.directory.endpoint(stanza.attrs.from);
    if (!from) return;
    if (stanza.tag === 'message') await this.#takeMessage(stanza, from);
    if (stanza.tag === 'receipt') await this.#takeReceipt(stanza, from);
    this.#parts.world.changes.announce();
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
    if (from.owner !== this.#parts.account) this.#keep(stanza, from, message);
    from.deliver(node('receipt', this.#receiptAttrs(stanza)));
  }

  async #decrypt(stanza: Stanza, from: Endpoint): Promise<proto.IMessage> {
    const enc = childOf(stanza, 'enc');
    const padded = await this.#parts.sessions.decrypt(from, enc?.attrs.type, bytesOf(enc));
    return proto.Message.decode(unpadRandomMax16(padded));
  }

  #keep(stanza: Stanza, from: Endpoint, message: proto.IMessage): void {
    const { id = '', from: fromJid = '', t } = stanza.attrs;
    const isNew = this.#parts.inbox.add({
      id,
      from: from.owner.number,
      fromJid,
      timestamp: Number(t),
      text: textOf(message),
      message,
    });
    if (isNew) this.#parts.world.counters.messagesToPhones += 1;
  }

  /** Asks for the message to be encrypted anew, with keys for a new session (section 9 of the protocol notes). */
  #askAgain(stanza: Stanza, from: Endpoint): void {
    const { id = '', t = '' } = stanza.attrs;
    const count = (this.#retries.get(id) ?? 0) + 1;
    if (count > MAX_RETRIES) return;
    this.#retries.set(id, count);
    this.#parts.world.counters.retries += 1;
    const bundle = this.#parts.keys.takeBundle();
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

  /** A receipt comes from the phone, addressed as the message was; for an own device it names the conversation. */
  #receiptAttrs({ attrs }: Stanza): Record<string, string> {
    const addressing = parseJid(attrs.from)?.addressing ?? 'lid';
    const t = String(Math.floor(this.#parts.world.now() / 1000));
    const own = attrs.recipient === undefined ? {} : { recipient: attrs.recipient, type: 'sender' };
    return { id: attrs.id ?? '', from: this.#parts.device.jid(addressing), t, ...own };
  }

  async #takeReceipt(stanza: Stanza, from: Endpoint): Promise<void> {
    const { id = '', type = '' } = stanza.attrs;
    const ids = [id, ...childrenOf(childOf(stanza, 'list')).map(({ attrs }) => attrs.id ?? '')];
    const device = formatJid({ user: from.owner.number, device: from.device, addressing: 'pn' });
    for (const each of ids) this.#parts.receipts.note(each, type, device);
    if (type === 'retry') await this.#sender.resend(from, stanza, childOf(stanza, 'retry')?.attrs.count ?? '1');
  }
}
