import { encodeWAMessage, type proto } from '@whiskeysockets/baileys';

import { type Stanza } from '../kit/stanza.ts';
import { type Account } from '../world/account.ts';
import { type Addressing } from '../world/address.ts';
import { type Endpoint } from '../world/endpoint.ts';
import { readRetryBundle } from '../world/key-bundle.ts';
import { messageStanza } from '../world/message-stanza.ts';
import { type PhoneParts } from './phone-parts.ts';

/** A message that a phone sends, or has sent. */
export interface OutgoingMessage {
  readonly id: string;
  readonly chat: Account;
  readonly message: proto.IMessage;
  readonly addressing: Addressing;
  /** `text`, `media`, … */
  readonly type: string;
}

const REMEMBERED_MESSAGES = 5_000;

/** The sending half of a phone: encrypts for every device of both sides, and again for one that asks. */
export class PhoneSender {
  readonly #parts: PhoneParts;
  readonly #sent = new Map<string, OutgoingMessage>();

  constructor(parts: PhoneParts) {
    this.#parts = parts;
  }

  /** Sends to the chat's devices and, as a copy, to the phone's own linked devices. */
  async send(outgoing: OutgoingMessage): Promise<void> {
    const { account, world } = this.#parts;
    this.#remember(outgoing);
    world.counters.messagesFromPhones += 1;
    const others = outgoing.chat === account ? [] : outgoing.chat.endpoints();
    for (const to of [...others, ...account.linked.values()]) await this.#sendTo(to, outgoing);
  }

  /** Answers a retry receipt from `to`: a new session, then the same message under the same id. */
  async resend(to: Endpoint, receipt: Stanza, count: string): Promise<void> {
    const outgoing = this.#sent.get(receipt.attrs.id ?? '');
    if (!outgoing) return;
    await this.#parts.sessions.begin(to, readRetryBundle(receipt) ?? to.takeBundle());
    await this.#sendTo(to, outgoing, { count });
  }

  async #sendTo(to: Endpoint, outgoing: OutgoingMessage, encAttrs: Record<string, string> = {}): Promise<void> {
    const { account, device, sessions, world } = this.#parts;
    const { id, chat, message, addressing, type } = outgoing;
    const copy = { deviceSentMessage: { destinationJid: chat.jid(addressing), message } };
    const enc = await sessions.encrypt(to, encodeWAMessage(to.owner === account ? copy : message), encAttrs);
    const timestamp = Math.floor(world.now() / 1000);
    to.deliver(messageStanza({ id, from: device, to, chat, addressing, type, timestamp }, [enc]));
  }

  #remember(outgoing: OutgoingMessage): void {
    this.#sent.set(outgoing.id, outgoing);
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > REMEMBERED_MESSAGES && oldest !== undefined) this.#sent.delete(oldest);
  }
}
