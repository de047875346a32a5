import { type proto } from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';

import { type WaitOptions } from '../kit/changes.ts';
import { node, type Stanza } from '../kit/stanza.ts';
import { type Account } from '../world/account.ts';
import { type Addressing } from '../world/address.ts';
import { removeDevice } from '../world/device-removal.ts';
import { Group } from '../world/group.ts';
import { type ShownPresence } from '../world/presence-log.ts';
import { type Picture } from '../world/picture.ts';
import { receiptParties } from '../world/receipt-parties.ts';
import { type NextOptions, type ReceivedMessage } from './inbox.ts';
import { type OutgoingMedia } from './media-message.ts';
import { PhoneInGroup } from './phone-in-group.ts';
import { Companion } from './companion.ts';
import { createPhoneDeps, type PhoneDeps, type PhoneWorld } from './phone-deps.ts';
import { PhoneReceiver } from './phone-receiver.ts';
import { PhoneSender } from './phone-sender.ts';
import { type Choice, pollMessage, type Question, voteMessage } from './poll-messages.ts';
import { type MessageReceipts } from './receipt-book.ts';

/** Whom a message is for: a number, a JID, or whatever has one: another phone, a group. */
export type Recipient = string | { readonly jid: string };

/** How a message is sent. */
export interface SendOptions {
  /** Its id; a new one without it. */
  id?: string | undefined;
  addressing?: Addressing | undefined;
  /** Adds an unknown field of this number to the message, as a WhatsApp does that is newer than the client. */
  newerField?: number | undefined;
  /** Leaves out how the author is called under the other addressing, as WhatsApp does when it does not tell the number. */
  hidesOtherName?: boolean | undefined;
}

/** How a vote is sent. */
export type VoteOptions = SendOptions & Partial<Pick<Choice, 'addressing' | 'voterAs' | 'creatorAs' | 'votedAtMs'>>;

/** A person's phone: scans QRs, writes, reads and confirms, all by itself and with real Signal sessions. */
export class Phone {
  readonly #deps: PhoneDeps;
  readonly #sender: PhoneSender;
  readonly #receiver: PhoneReceiver;

  constructor(world: PhoneWorld, account: Account) {
    this.#deps = createPhoneDeps(world, { account, device: 0, receive: (stanza) => this.#take(stanza) });
    account.phone = this.#deps.device;
    this.#sender = new PhoneSender(this.#deps);
    this.#receiver = new PhoneReceiver(this.#deps, this.#sender);
  }

  /** Its number, digits. */
  get number(): string {
    return this.#deps.account.number;
  }

  /** The name that others are shown. */
  get name(): string {
    return this.#deps.account.name;
  }

  /** `number@s.whatsapp.net`. */
  get jid(): string {
    return this.#deps.account.jid('pn');
  }

  /** `…@lid`. */
  get lid(): string {
    return this.#deps.account.jid('lid');
  }

  /** Its profile picture; undefined without one. */
  get picture(): Picture | undefined {
    return this.#deps.account.picture;
  }

  set picture(picture: Picture | undefined) {
    this.#deps.account.picture = picture;
  }

  /** Who may put it into groups. */
  set addedBy(who: 'everybody' | 'nobody') {
    this.#deps.account.addedBy = who;
  }

  /** What it does to a group. */
  inGroup(group: Group): PhoneInGroup {
    const { world, account } = this.#deps;
    return new PhoneInGroup(world, account, group);
  }

  /** Comes into the group whose link ends with `code`; its JID. Throws a GroupError when the link is not valid. */
  joinGroup(code: string): string {
    const { world, account } = this.#deps;
    return world.groups.join(code, account).jid;
  }

  /** Scans the text of a QR. Resolves when the client has signed; rejects with a PairingError. */
  async scan(qr: string): Promise<{ deviceJid: string }> {
    const { world, account, keys } = this.#deps;
    const device = await world.desk.scan(account, keys.identity, qr);
    world.counters.pairings += 1;
    return { deviceJid: device.jid('pn') };
  }

  /**
   * Types a code that a client shows for this number, with or without a dash. Resolves when the client has signed; rejects
   * with a PairingError.
   */
  async enterPairingCode(code: string): Promise<{ deviceJid: string }> {
    const { world, account, keys } = this.#deps;
    const typed = code.replaceAll(/[\s-]/g, '').toUpperCase();
    const device = await world.codes.type(account, keys.identity, typed);
    world.counters.pairings += 1;
    return { deviceJid: device.jid('pn') };
  }

  /** Sends a text to a chat, and to the own linked devices; resolves with its id when it left the phone. */
  sendText(to: Recipient, text: string, options: SendOptions = {}): Promise<string> {
    return this.send(to, { conversation: text }, options);
  }

  /** Puts a file on the media server and sends it; resolves with the message's id when that left the phone. */
  async sendMedia(to: Recipient, media: OutgoingMedia, options: SendOptions = {}): Promise<string> {
    const { id = newMessageId() } = options;
    return this.send(to, await this.#deps.media.putUp(id, media), { ...options, id });
  }

  /** The file in a message that it has received. Rejects with one sentence when anything about it is not right. */
  media({ message }: ReceivedMessage): Promise<Buffer> {
    return this.#deps.media.read(message);
  }

  /** Has no longer the file of a message that it or a linked device sent. Throws a RangeError when it had none. */
  forgetMedia(id: string): void {
    if (!this.#deps.media.forget(id)) throw new RangeError(`${this.number} has no file of a message ${id}.`);
  }

  /** Sends any message. Rejects when nobody has the number or JID `to`, and when this phone is not in that group. */
  async send(to: Recipient, message: ReceivedMessage['message'], options: SendOptions = {}): Promise<string> {
    const { world, work } = this.#deps;
    const chat = this.#chat(typeof to === 'string' ? to : to.jid);
    const { id = newMessageId(), addressing = world.addressing } = options;
    const outgoing = { ...options, id, chat, message, addressing, type: stanzaType(message) };
    await work.run(() => this.#sender.send(outgoing));
    world.changes.announce();
    return id;
  }

  /** Puts a question to a chat, with a secret for the votes in it; resolves with its id when it left the phone. */
  sendPoll(to: Recipient, question: Question, options: SendOptions = {}): Promise<string> {
    return this.send(to, pollMessage(question), options);
  }

  /**
   * Chooses these options of a poll that it has sent or received, in place of what it chose before; none of them takes
   * the vote back. Resolves with the vote's id when it left the phone; rejects when it has no such poll.
   */
  async vote(pollId: string, options: readonly string[], how: VoteOptions = {}): Promise<string> {
    const { world, account, polls, work } = this.#deps;
    const poll = await work.run(() => Promise.resolve(polls.find(pollId)));
    if (!poll) throw new RangeError(`${this.number} has neither sent nor received a poll ${pollId}.`);
    const choice = { pollId, options, votedAtMs: world.now(), voter: account, addressing: world.addressing, ...how };
    return this.send(poll.chat instanceof Group ? poll.chat.jid : poll.chat.jid('lid'), voteMessage(poll, choice), how);
  }

  /** What it has received from others after the cursor `after`. */
  messages(after?: number): { messages: ReceivedMessage[]; cursor: number } {
    return this.#deps.inbox.read(after);
  }

  /** The next message that matches: each call goes on after what the previous one found. Rejects in the end. */
  next(match?: (message: ReceivedMessage) => boolean, options?: NextOptions): Promise<ReceivedMessage> {
    return this.#deps.inbox.next(match, options);
  }

  /** Links a device that is no client: it has keys of its own, reads what comes and confirms it, and never goes away. */
  addCompanion(): Companion {
    const { world, account } = this.#deps;
    return new Companion(world, account);
  }

  /** What devices have said about a message that it sent. */
  receiptsOf(id: string): MessageReceipts {
    return this.#deps.receipts.of(id);
  }

  /** Resolves once `holds` is true of what devices have said; by default, that somebody has the message. */
  untilReceipts(id: string, holds = isDelivered, options?: WaitOptions): Promise<MessageReceipts> {
    return this.#deps.receipts.until(id, holds, options);
  }

  /** Reads a message that it has received; all devices of its sender are told. Rejects when it has no such message. */
  markRead(id: string): Promise<void> {
    return this.#tellSender(id, 'read');
  }

  /** Plays a voice note that it has received; all devices of its sender are told. Rejects when it has no such message. */
  markPlayed(id: string): Promise<void> {
    return this.#tellSender(id, 'played');
  }

  /** What it was shown of somebody so far, in its order: that he is online, or not, or types, records, pauses. */
  presenceOf(somebody: Phone): ShownPresence[] {
    const { world, account } = this.#deps;
    return world.presences.seenBy(account, somebody.#deps.account);
  }

  #tellSender(id: string, type: 'read' | 'played'): Promise<void> {
    const { world, inbox, device } = this.#deps;
    const message = inbox.find(id);
    if (!message) return Promise.reject(new RangeError(`${this.number} has received no message ${id}.`));
    const { group, fromJid } = message;
    const parties = receiptParties(device, group ?? fromJid, group && fromJid);
    const receipt = node('receipt', { id, ...parties, t: String(Math.floor(world.now() / 1000)), type });
    for (const endpoint of world.directory.byNumber(message.from)?.endpoints() ?? []) endpoint.deliver(receipt);
    return Promise.resolve();
  }

  /** Unlinks one device, or all of them. Rejects when `deviceJid` is not linked to this phone. */
  unlink(deviceJid?: string): Promise<void> {
    const { account, world } = this.#deps;
    const all = [...account.linked.values()];
    const chosen = deviceJid === undefined ? all : all.filter((device) => device.jid('pn') === deviceJid);
    if (deviceJid !== undefined && chosen.length === 0) {
      return Promise.reject(new RangeError(`${deviceJid} is not linked to ${this.number}.`));
    }
    for (const device of chosen) removeDevice(world.directory, account, device);
    world.changes.announce();
    return Promise.resolve();
  }

  #chat(to: string): Account | Group {
    const { account, world } = this.#deps;
    const group = world.directory.group(to);
    if (group?.has(account)) return group;
    const person = to.includes('@') ? world.directory.byJid(to) : world.directory.byNumberOrAlias(to);
    if (!person) throw new RangeError(`Nobody whom ${this.number} can write to has the number or JID ${to}.`);
    return person;
  }

  #take(stanza: Stanza): void {
    const { work, world } = this.#deps;
    work.run(() => this.#receiver.take(stanza)).catch((error: unknown) => world.failed(error));
  }
}

/** What a message's stanza says of it. */
function stanzaType(message: proto.IMessage): string {
  if (message.conversation ?? message.extendedTextMessage) return 'text';
  return (message.pollCreationMessageV3 ?? message.pollUpdateMessage) ? 'poll' : 'media';
}

function isDelivered({ delivered }: MessageReceipts): boolean {
  return delivered.length > 0;
}

function newMessageId(): string {
  return `A5${randomBytes(15).toString('hex').toUpperCase()}`;
}
