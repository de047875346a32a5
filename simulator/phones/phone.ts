import { randomBytes } from 'node:crypto';

import { type WaitOptions } from '../kit/changes.ts';
import { Serial } from '../kit/serial.ts';
import { node, type Stanza } from '../kit/stanza.ts';
import { type Account } from '../world/account.ts';
import { type Addressing, parseJid } from '../world/address.ts';
import { removeDevice } from '../world/device-removal.ts';
import { Inbox, type NextOptions, type ReceivedMessage } from './inbox.ts';
import { PhoneDevice } from './phone-device.ts';
import { PhoneKeys } from './phone-keys.ts';
import { type PhoneParts, type PhoneWorld } from './phone-parts.ts';
import { PhoneReceiver } from './phone-receiver.ts';
import { PhoneSender } from './phone-sender.ts';
import { ReceiptBook, type MessageReceipts } from './receipt-book.ts';
import { SignalSessions } from './signal-sessions.ts';

/** How a message is sent. */
export interface SendOptions {
  /** Its id; a new one without it. */
  id?: string | undefined;
  addressing?: Addressing | undefined;
}

/** A person's phone: scans QRs, writes, reads and confirms, all by itself and with real Signal sessions. */
export class Phone {
  readonly #parts: PhoneParts;
  readonly #sender: PhoneSender;
  readonly #receiver: PhoneReceiver;

  constructor(world: PhoneWorld, account: Account) {
    const keys = new PhoneKeys();
    const device = new PhoneDevice(account, keys, (stanza) => this.#take(stanza));
    account.phone = device;
    this.#parts = {
      world,
      account,
      keys,
      device,
      sessions: new SignalSessions(account.number, keys),
      work: new Serial(),
      inbox: new Inbox(account.number, world.changes),
      receipts: new ReceiptBook(world.changes),
    };
    this.#sender = new PhoneSender(this.#parts);
    this.#receiver = new PhoneReceiver(this.#parts, this.#sender);
  }

  /** Its number, digits. */
  get number(): string {
    return this.#parts.account.number;
  }

  /** The name that others are shown. */
  get name(): string {
    return this.#parts.account.name;
  }

  /** `number@s.whatsapp.net`. */
  get jid(): string {
    return this.#parts.account.jid('pn');
  }

  /** `…@lid`. */
  get lid(): string {
    return this.#parts.account.jid('lid');
  }

  /** Scans the text of a QR. Resolves when the client has signed; rejects with a ScanError. */
  async scan(qr: string): Promise<{ deviceJid: string }> {
    const { world, account, keys } = this.#parts;
    const device = await world.desk.scan(account, keys.identity, qr);
    world.counters.pairings += 1;
    return { deviceJid: device.jid('pn') };
  }

  /** Sends a text to a number or JID, and to the own linked devices; resolves with its id when it left the phone. */
  sendText(to: string, text: string, options: SendOptions = {}): Promise<string> {
    return this.send(to, { conversation: text }, options);
  }

  /** Sends any message. Rejects when nobody has the number or JID `to`. */
  async send(to: string, message: ReceivedMessage['message'], options: SendOptions = {}): Promise<string> {
    const { world, work } = this.#parts;
    const chat = to.includes('@') ? world.directory.byJid(to) : world.directory.byNumberOrAlias(to);
    if (!chat) throw new RangeError(`Nobody has the number ${to}.`);
    const { id = `A5${randomBytes(15).toString('hex').toUpperCase()}`, addressing = world.addressing } = options;
    const type = (message.conversation ?? message.extendedTextMessage) ? 'text' : 'media';
    await work.run(() => this.#sender.send({ id, chat, message, addressing, type }));
    world.changes.announce();
    return id;
  }

  /** What it has received from others after the cursor `after`. */
  messages(after?: number): { messages: ReceivedMessage[]; cursor: number } {
    return this.#parts.inbox.read(after);
  }

  /** The next message that matches: each call goes on after what the previous one found. Rejects in the end. */
  next(match?: (message: ReceivedMessage) => boolean, options?: NextOptions): Promise<ReceivedMessage> {
    return this.#parts.inbox.next(match, options);
  }

  /** What devices have said about a message that it sent. */
  receiptsOf(id: string): MessageReceipts {
    return this.#parts.receipts.of(id);
  }

  /** Resolves once `holds` is true of what devices have said; by default, that somebody has the message. */
  untilReceipts(id: string, holds = isDelivered, options?: WaitOptions): Promise<MessageReceipts> {
    return this.#parts.receipts.until(id, holds, options);
  }

  /** Reads a message that it has received; all devices of its sender are told. Rejects when it has no such message. */
  markRead(id: string): Promise<void> {
    const { world, inbox, device } = this.#parts;
    const message = inbox.find(id);
    if (!message) return Promise.reject(new RangeError(`${this.number} has received no message ${id}.`));
    const addressing = parseJid(message.fromJid)?.addressing ?? world.addressing;
    const t = String(Math.floor(world.now() / 1000));
    const receipt = node('receipt', { id, from: device.jid(addressing), t, type: 'read' });
    for (const endpoint of world.directory.byNumber(message.from)?.endpoints() ?? []) endpoint.deliver(receipt);
    return Promise.resolve();
  }

  /** Unlinks one device, or all of them. Rejects when `deviceJid` is not linked to this phone. */
  unlink(deviceJid?: string): Promise<void> {
    const { account, world } = this.#parts;
    const all = [...account.linked.values()];
    const chosen = deviceJid === undefined ? all : all.filter((device) => device.jid('pn') === deviceJid);
    if (deviceJid !== undefined && chosen.length === 0) {
      return Promise.reject(new RangeError(`${deviceJid} is not linked to ${this.number}.`));
    }
    for (const device of chosen) removeDevice(world.directory, account, device);
    world.changes.announce();
    return Promise.resolve();
  }

  #take(stanza: Stanza): void {
    const { work, world } = this.#parts;
    work.run(() => this.#receiver.take(stanza)).catch((error: unknown) => world.failed(error));
  }
}

function isDelivered({ delivered }: MessageReceipts): boolean {
  return delivered.length > 0;
}
