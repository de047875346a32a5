import { proto, writeRandomPadMax16 } from '@whiskeysockets/baileys';

import { protobufField } from '../kit/protobuf-field.ts';
import { node, type Stanza } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import type { Addressing } from '../world/address.ts';
import type { Endpoint } from '../world/endpoint.ts';
import { Group } from '../world/group.ts';
import { readRetryBundle } from '../world/key-bundle.ts';
import { messageStanza } from '../world/message-stanza.ts';
import type { PhoneDeps } from './phone-deps.ts';

/** Options of sending a message. */
export interface SendOptions {
  /** The message id; a new one by default. */
  id?: string | undefined;
  addressing?: Addressing | undefined;
  /** Adds an unknown field of this number to the message, as a WhatsApp newer than the client does. */
  newerField?: number | undefined;
  /** Omits the author's JID in the other addressing, as WhatsApp does when it hides the number. */
  hidesOtherName?: boolean | undefined;
  /** Further attributes of the stanza, such as `edit`. */
  attrs?: Record<string, string>;
  /** Withholds the content from linked devices: they get `<unavailable>` of this type, such as `view_once`. */
  withheld?: string | undefined;
}

/** A message that a phone sends or has sent. */
export interface OutgoingMessage {
  readonly id: string;
  readonly chat: Account | Group;
  readonly message: proto.IMessage;
  readonly addressing: Addressing;
  /** `text`, `media`, … */
  readonly type: string;
  /** The number of an added field that is unknown to clients. */
  readonly newerField?: number | undefined;
  /** Whether the stanza omits the author's JID in the other addressing. */
  readonly hidesOtherName?: boolean | undefined;
  /** Further attributes of the stanza, such as `edit`. */
  readonly attrs?: Record<string, string>;
  /** The type of the `<unavailable>` that linked devices get in place of the content. */
  readonly withheld?: string | undefined;
}

const REMEMBERED_MESSAGES = 5_000;

/** The sending half of a phone: encrypts for every device of both sides, and again after a retry receipt. */
export class PhoneSender {
  readonly #deps: PhoneDeps;
  readonly #sent = new Map<string, OutgoingMessage>();

  constructor(deps: PhoneDeps) {
    this.#deps = deps;
  }

  /** Sends to all devices of the chat, and to the phone's own linked devices. */
  async send(outgoing: OutgoingMessage): Promise<void> {
    this.#remember(outgoing);
    const { id, chat, message } = outgoing;
    const { account, known, world } = this.#deps;
    known.note(id, message, { chat, creator: account });
    world.counters.messagesFromPhones += 1;
    await (chat instanceof Group ? this.#sendToGroup(chat, outgoing) : this.#sendToPerson(chat, outgoing));
    if (!(chat instanceof Group)) world.trust.wrote(account, chat);
  }

  /** Answers a retry receipt: starts a new session with `to` and sends it the message again, with the same id. */
  async resend(to: Endpoint, receipt: Stanza, count: string): Promise<void> {
    const outgoing = this.#sent.get(receipt.attrs.id ?? '');
    if (!outgoing) return;
    const { sessions } = this.#deps;
    await sessions.begin(to, readRetryBundle(receipt) ?? to.takeBundle());
    const key = outgoing.chat instanceof Group ? await this.#keyFor(outgoing.chat) : {};
    const content = encoded({ ...this.#contentFor(to, outgoing), ...key }, outgoing);
    this.#deliver(to, outgoing, [await sessions.encrypt(to, content, { count })]);
  }

  async #sendToPerson(chat: Account, outgoing: OutgoingMessage): Promise<void> {
    const { account, sessions } = this.#deps;
    const others = chat === account ? [] : chat.endpoints();
    for (const to of [...others, ...account.linked.values()]) {
      this.#deliver(to, outgoing, [await sessions.encrypt(to, encoded(this.#contentFor(to, outgoing), outgoing))]);
    }
  }

  /** Encrypts once for all; the stanza for a device without the phone's sender key carries that key first. */
  async #sendToGroup(group: Group, outgoing: OutgoingMessage): Promise<void> {
    const { device, sessions, senderKeys } = this.#deps;
    const key = encoded(await this.#keyFor(group));
    const sealed = await senderKeys.encrypt(group, encoded(outgoing.message, outgoing));
    for (const to of group.endpoints()) {
      if (to === device) continue;
      const first = senderKeys.giveTo(group, to) ? [await sessions.encrypt(to, key)] : [];
      this.#deliver(to, outgoing, [...first, sealed]);
    }
  }

  async #keyFor(group: Group): Promise<proto.IMessage> {
    const axolotlSenderKeyDistributionMessage = await this.#deps.senderKeys.distribution(group);
    return { senderKeyDistributionMessage: { groupId: group.jid, axolotlSenderKeyDistributionMessage } };
  }

  /** The message itself for other people's devices; for own devices a copy that names the recipient. */
  #contentFor(to: Endpoint, { chat, message, addressing }: OutgoingMessage): proto.IMessage {
    if (to.owner !== this.#deps.account || chat instanceof Group) return message;
    return { deviceSentMessage: { destinationJid: chat.jid(addressing), message } };
  }

  #deliver(to: Endpoint, outgoing: OutgoingMessage, content: Stanza[]): void {
    const { device, world } = this.#deps;
    const timestamp = Math.floor(world.now() / 1000);
    const { withheld } = outgoing;
    const shown = withheld === undefined || to.device === 0 ? content : [node('unavailable', { type: withheld })];
    to.deliver(messageStanza({ ...outgoing, from: device, to, timestamp }, shown));
  }

  #remember(outgoing: OutgoingMessage): void {
    this.#sent.set(outgoing.id, outgoing);
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > REMEMBERED_MESSAGES && oldest !== undefined) this.#sent.delete(oldest);
  }
}

/** Encodes and pads a message for encryption. */
function encoded(message: proto.IMessage, { newerField }: Partial<OutgoingMessage> = {}): Buffer {
  const known = proto.Message.encode(message).finish();
  const newer = newerField === undefined ? [] : [protobufField(newerField, Buffer.of(0))];
  return writeRandomPadMax16(Buffer.concat([known, ...newer]));
}
