import type { WaitOptions } from '../kit/changes.ts';
import type { Stanza } from '../kit/stanza.ts';
import type { Account } from '../world/account.ts';
import type { Group } from '../world/group.ts';
import type { ShownPresence } from '../world/presence-log.ts';
import type { Picture } from '../world/picture.ts';
import type { NextOptions, ReceivedMessage } from './inbox.ts';
import type { OutgoingMedia } from './media-message.ts';
import { newMessageId } from './message-id.ts';
import { stanzaType } from './message-stanza-type.ts';
import type { Answer } from './message-changes.ts';
import { newSecret } from './message-seal.ts';
import { PhoneInGroup } from './phone-in-group.ts';
import { Companion } from './companion.ts';
import { PhoneAddressing } from './phone-addressing.ts';
import { PhoneAppState } from './phone-app-state.ts';
import { PhoneButtons } from './phone-buttons.ts';
import { PhoneCalls } from './phone-calls.ts';
import { PhoneHistory } from './phone-history.ts';
import { PhoneChats } from './phone-chats.ts';
import { PhoneLabels } from './phone-labels.ts';
import { PhonePresence } from './phone-presence.ts';
import { PhonePrivacy } from './phone-privacy.ts';
import { PhonePasskey } from './phone-passkey.ts';
import { createPhoneDeps, type PhoneDeps, type PhoneWorld } from './phone-deps.ts';
import { PhoneProfile } from './phone-profile.ts';
import { renewIdentity } from './renew-identity.ts';
import { PhoneTrust } from './phone-trust.ts';
import { PhoneReceiver } from './phone-receiver.ts';
import { PhoneSender, type SendOptions } from './phone-sender.ts';
import { type EditOptions, PhoneReferences, type SealedOptions, type VoteOptions } from './phone-references.ts';
import { pollMessage, type Question } from './poll-messages.ts';
import type { MessageReceipts } from './receipt-book.ts';
import { sendReceipt } from './send-receipt.ts';
import { unlinkDevices } from './unlink-devices.ts';

/** The recipient of a message: a number, a JID, or an object with one, such as a phone or a group. */
export type Recipient = string | { readonly jid: string };

/** A person's phone: scans QRs, and sends, receives and confirms messages with real Signal sessions. */
export class Phone {
  /** Its calls. */
  readonly calls: PhoneCalls;
  /** The chats from before, which it sends to the devices that it links. */
  readonly history: PhoneHistory;
  /** The disappearing timers of its chats. */
  readonly chats: PhoneChats;
  /** What its owner shows of themselves. */
  readonly profile: PhoneProfile;
  /** What it lets others see and do. */
  readonly privacy: PhonePrivacy;
  /** How it is shown to others. */
  readonly presence: PhonePresence;
  /** Its LID, and whether its clients may write to LIDs. */
  readonly addressing: PhoneAddressing;
  /** What it shares with its linked devices besides messages. */
  readonly appState: PhoneAppState;
  /** The labels of its chats. */
  readonly labels: PhoneLabels;
  /** Its tokens, and how the server treats it when it writes to strangers. */
  readonly trust: PhoneTrust;
  /** The buttons and lists that it was sent. */
  readonly buttons: PhoneButtons;
  /** Its passkey, if WhatsApp wants one to link a device. */
  readonly passkey: PhonePasskey;
  readonly #deps: PhoneDeps;
  readonly #sender: PhoneSender;
  readonly #receiver: PhoneReceiver;
  readonly #references: PhoneReferences;

  constructor(world: PhoneWorld, account: Account) {
    this.#deps = createPhoneDeps(world, { account, device: 0, receive: (stanza) => this.#take(stanza) });
    account.phone = this.#deps.device;
    account.signer = this.#deps.keys;
    this.calls = new PhoneCalls(world, account);
    this.history = new PhoneHistory(this.#deps);
    this.privacy = new PhonePrivacy(world, account);
    this.presence = new PhonePresence(world.presences, account, (to) => this.#chat(to));
    this.addressing = new PhoneAddressing(world, account);
    this.appState = new PhoneAppState(this.#deps);
    this.labels = new PhoneLabels(this.appState);
    this.trust = new PhoneTrust(world, account);
    this.buttons = new PhoneButtons(this.#deps.inbox, (to, message) => this.send(to, message));
    this.passkey = new PhonePasskey(world.changes, account.passkey);
    this.#sender = new PhoneSender(this.#deps);
    this.profile = new PhoneProfile(this.#deps, { sender: this.#sender, appState: this.appState });
    this.#receiver = new PhoneReceiver(this.#deps, this.#sender, (device, message, id) => {
      this.appState.asked(device, message);
      this.history.asked(device, message, id);
    });
    const send = (to: string, message: ReceivedMessage['message'], options?: SendOptions) =>
      this.send(to, message, options);
    this.#references = new PhoneReferences(this.#deps, send);
    this.chats = new PhoneChats(this.#deps, { send, chat: (to) => this.#chat(to) });
  }

  /** The phone number, digits only. */
  get number(): string {
    return this.#deps.account.number;
  }

  /** The name shown to others. */
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

  /** The profile picture, if any. */
  get picture(): Picture | undefined {
    return this.#deps.account.picture;
  }

  set picture(picture: Picture | undefined) {
    this.#deps.account.picture = picture;
    this.#deps.world.privacy.pictureChanged({ account: this.#deps.account });
  }

  /** Who may add it to groups. */
  set addedBy(who: 'everybody' | 'nobody') {
    this.#deps.account.addedBy = who;
  }

  /** Whether clients may write to the account only by LID: its number has no devices, and a message to it is refused. */
  set isMigrated(is: boolean) {
    this.#deps.account.isMigrated = is;
  }

  /** Acts on a group as this phone. */
  inGroup(group: Group): PhoneInGroup {
    const { world, account } = this.#deps;
    return new PhoneInGroup(world, account, group);
  }

  /**
   * Joins a group by the code of its invite link, or waits for its admins where they decide; returns its JID. Throws a
   * GroupError when the link is invalid.
   */
  joinGroup(code: string): string {
    const { world, account } = this.#deps;
    return world.groupSettings.join(code, account).jid;
  }

  /** Scans the text of a QR. Resolves once the client has signed; rejects with a PairingError. */
  async scan(qr: string): Promise<{ deviceJid: string }> {
    const { world, account, keys } = this.#deps;
    const device = await world.desk.scan(account, keys.identity, qr);
    world.counters.pairings += 1;
    this.history.linked(device);
    await this.appState.linked(device);
    return { deviceJid: device.jid('pn') };
  }

  /**
   * Types the code that a client shows for this number, with or without a dash. Resolves once the client has signed;
   * rejects with a PairingError.
   */
  async enterPairingCode(code: string): Promise<{ deviceJid: string }> {
    const { world, account, keys } = this.#deps;
    const typed = code.replaceAll(/[\s-]/g, '').toUpperCase();
    const device = await world.codes.type(account, keys.identity, typed);
    world.counters.pairings += 1;
    this.history.linked(device);
    await this.appState.linked(device);
    return { deviceJid: device.jid('pn') };
  }

  /** Sends a text to a chat and to the own linked devices; resolves with the message id once it is sent. */
  sendText(to: Recipient, text: string, options: SendOptions = {}): Promise<string> {
    return this.send(to, { conversation: text, ...newSecret() }, options);
  }

  /** Uploads a file and sends it; resolves with the message id once it is sent. */
  async sendMedia(to: Recipient, media: OutgoingMedia, options: SendOptions = {}): Promise<string> {
    const { id = newMessageId() } = options;
    return this.send(to, { ...(await this.#deps.media.upload(id, media)), ...newSecret() }, { ...options, id });
  }

  /** Downloads the file of a received message. Rejects with one sentence when anything about it is wrong. */
  media({ message }: ReceivedMessage): Promise<Buffer> {
    return this.#deps.media.read(message);
  }

  /** Forgets the file of a message that the account sent. Throws a RangeError when there is none. */
  forgetMedia(id: string): void {
    if (!this.#deps.media.forget(id)) throw new RangeError(`${this.number} has no file of a message ${id}.`);
  }

  /** Sends any message. Rejects when there is no such person, or no such group of which this phone is a member. */
  async send(to: Recipient, message: ReceivedMessage['message'], options: SendOptions = {}): Promise<string> {
    const { world, work, timers } = this.#deps;
    const chat = this.#chat(typeof to === 'string' ? to : to.jid);
    const { id = newMessageId(), addressing = world.addressing } = options;
    const type = stanzaType(message);
    const outgoing = { ...options, id, chat, message: timers.timed(chat, message), addressing, type };
    await work.run(() => this.#sender.send(outgoing));
    world.changes.announce();
    return id;
  }

  /** Sends a poll with a new secret for its votes; resolves with the message id once it is sent. */
  sendPoll(to: Recipient, question: Question, options: SendOptions = {}): Promise<string> {
    return this.send(to, pollMessage(question), options);
  }

  /**
   * Votes for these options of a sent or received poll, replacing the previous vote; no options take it back. Resolves
   * with the message id once the vote is sent; rejects when the phone does not know the poll.
   */
  vote(pollId: string, options: readonly string[], how: VoteOptions = {}): Promise<string> {
    return this.#references.vote(pollId, options, how);
  }

  /**
   * Edits a message: its text becomes this one. The edit is sealed, as WhatsApp does it, unless the message has no
   * secret, or `form` is `plain`. Resolves with the id of the edit; rejects when the phone does not know the message.
   */
  edit(messageId: string, text: string, how: EditOptions = {}): Promise<string> {
    return this.#references.edit(messageId, text, how);
  }

  /**
   * Reacts to a message, comments on it, or answers an event, sealed with its secret. Resolves with the id of the
   * answer; rejects when the phone does not know the message.
   */
  answer(messageId: string, answer: Answer, how: SealedOptions = {}): Promise<string> {
    return this.#references.answer(messageId, answer, how);
  }

  /**
   * Adds an option to a poll, sealed with its secret. Resolves with the id of the message; rejects when the phone does not know
   * the poll.
   */
  addOption(pollId: string, option: string, how: SealedOptions = {}): Promise<string> {
    return this.#references.addOption(pollId, option, how);
  }

  /** The messages received from others after the cursor `after`, and the cursor after them. */
  messages(after?: number): { messages: ReceivedMessage[]; cursor: number } {
    return this.#deps.inbox.read(after);
  }

  /** The next matching message; each call continues after the previous result. Rejects after the timeout. */
  next(match?: (message: ReceivedMessage) => boolean, options?: NextOptions): Promise<ReceivedMessage> {
    return this.#deps.inbox.next(match, options);
  }

  /** Links a simulated device with keys of its own; it reads and confirms messages, and is always connected. */
  addCompanion(): Companion {
    const { world, account } = this.#deps;
    return new Companion(world, account);
  }

  /** The receipts for a message that this phone sent. */
  receiptsOf(id: string): MessageReceipts {
    return this.#deps.receipts.of(id);
  }

  /** Resolves once `holds` is true of the message's receipts; by default, once a device has received it. */
  untilReceipts(id: string, holds = isDelivered, options?: WaitOptions): Promise<MessageReceipts> {
    return this.#deps.receipts.until(id, holds, options);
  }

  /** Sends a read receipt to all devices of the sender. Rejects when the phone has not received the message. */
  markRead(id: string): Promise<void> {
    return sendReceipt(this.#deps, id, 'read');
  }

  /** Sends a played receipt to all devices of the sender. Rejects when the phone has not received the message. */
  markPlayed(id: string): Promise<void> {
    return sendReceipt(this.#deps, id, 'played');
  }

  /** The presence of another phone's owner as shown to this phone so far, in order. */
  presenceOf(other: Phone): ShownPresence[] {
    const { world, account } = this.#deps;
    return world.presences.seenBy(account, other.#deps.account);
  }

  /**
   * Installs WhatsApp anew and registers the same number: its keys are others, its linked devices are gone, and the linked devices
   * of everybody else are notified.
   */
  async registerAnew(): Promise<void> {
    const { world, work } = this.#deps;
    await this.unlink();
    await work.run(() => {
      renewIdentity(this.#deps);
      return Promise.resolve();
    });
    world.changes.announce();
  }

  /** Unlinks one device, or all of them. Rejects when `deviceJid` is not linked to this phone. */
  unlink(deviceJid?: string): Promise<void> {
    return unlinkDevices(this.#deps, deviceJid);
  }

  #chat(to: string): Account | Group {
    const { account, world } = this.#deps;
    const group = world.directory.group(to);
    if (group?.lets(account)) return group;
    const person = to.includes('@') ? world.directory.byJid(to) : world.directory.byNumberOrAlias(to);
    if (!person)
      throw new RangeError(
        `${this.number} cannot write to ${to}: there is no such person, and no such group of which it is a member.`,
      );
    return person;
  }

  #take(stanza: Stanza): void {
    if (stanza.tag === 'call') this.calls.take(stanza);
    const { work, world } = this.#deps;
    work.run(() => this.#receiver.take(stanza)).catch((error: unknown) => world.failed(error));
  }
}

function isDelivered({ delivered }: MessageReceipts): boolean {
  return delivered.length > 0;
}
