import { type BinaryNode, getBinaryNodeChild, proto, type WAMessage, type WASocket } from '@whiskeysockets/baileys';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import { peopleOf } from '../addressing/people.ts';
import { type Arrival, type LookUps, NO_LOOK_UPS, readIncoming, readPost } from '../receive/incoming.ts';
import type { BaileysGroups } from '../query/groups.ts';
import type { KnownMessages } from '../receive/known-messages.ts';
import { type JournaledMessage, leftOver, type Owner, unreadableMessage } from '../receive/replay.ts';
import type { ConnectionAuth } from '../signal/auth-state.ts';
import { messageKeyOf } from '../signal/message-key.ts';
import type { ConnectionEventHandler, MessageEvent } from '../../ports/connection.ts';

/** Dependencies of a {@link MessageReceiver}. */
export interface MessageReceiverDeps {
  socket: WASocket;
  auth: ConnectionAuth;
  knownMessages: KnownMessages;
  /** What an earlier connection left is read before this one is open: then WhatsApp cannot be asked. */
  groups: Pick<BaileysGroups, 'name' | 'isAdmin'>;
  /** Whether the message that Baileys is handling had waited at WhatsApp; `undefined` if it is handling another one. */
  wasQueued: (messageId: string | null | undefined) => boolean | undefined;
  /** Runs work after everything that was queued before. */
  inOrder: (work: () => void | Promise<void>) => void;
  onEvent: ConnectionEventHandler;
  clock: Clock;
  log: Logger;
}

/** Converts the messages of one connection to our own types and emits them, in the order of their arrival. */
export class MessageReceiver {
  readonly #deps: MessageReceiverDeps;

  constructor(deps: MessageReceiverDeps) {
    this.#deps = deps;
  }

  /** Baileys passes on a message. It is read at once, since Baileys changes its messages later, and emitted in order. */
  received(message: WAMessage, appended: boolean): void {
    const { auth, wasQueued, inOrder, log } = this.#deps;
    const me = this.#me;
    if (!me || auth.isFenced()) return;
    const event = this.#eventOf({ message, offline: wasQueued(message.key.id) ?? appended }, me);
    inOrder(async () => this.#deps.onEvent(await event));
    if (isUndecrypted(message)) log.warn({ messageId: message.key.id }, 'a message could not be decrypted yet');
  }

  /** A message is lost, and Baileys does not report it: only the attributes of its stanza are known. */
  unreadable(attrs: Record<string, string>): void {
    const me = this.#me;
    const message = me && unreadableMessage(attrs, me);
    if (message) this.received(message, attrs.offline !== undefined);
  }

  /** Emits what is in the journal but was never handled. Call it in order. */
  async replay(): Promise<void> {
    await this.#replay();
  }

  /**
   * Baileys is done with this stanza, and emitted nothing. The message is in the journal if Baileys failed after it was
   * decrypted; before that, it is lost to us until WhatsApp delivers it again. Call it in order.
   */
  async skipped(stanza: BinaryNode): Promise<void> {
    const { attrs } = stanza;
    const me = this.#me;
    if (!me || (await this.#replay(attrs.id)) > 0 || !this.#isLost(stanza)) return;
    this.#deps.log.warn({ messageId: attrs.id, from: attrs.from }, 'Baileys failed at a message');
    const message = unreadableMessage(attrs, me);
    if (message) this.#deps.onEvent(await this.#eventOf({ message, offline: attrs.offline !== undefined }, me));
  }

  /** Returns how many messages were in the journal: with an id, of those with this id. */
  async #replay(messageId?: string): Promise<number> {
    const me = this.#me;
    if (!me) return 0;
    const messages = await leftOver(this.#deps.auth, me, messageId);
    for (const message of messages) this.#deps.onEvent(await this.#eventOf(message, me));
    return messages.length;
  }

  /** A closed connection fails at everything, and WhatsApp delivers it again. */
  #isLost(stanza: BinaryNode): boolean {
    const { socket, auth } = this.#deps;
    return socket.ws.isOpen && !auth.isFenced() && !isDroppedOnPurpose(stanza);
  }

  async #eventOf(message: JournaledMessage, me: Owner): Promise<MessageEvent> {
    const receivedAtMs = this.#deps.clock.now();
    const key = messageKeyOf(message.message.key);
    return { kind: 'message', ...(await this.#read({ ...message, me, receivedAtMs })), key, receivedAtMs };
  }

  /** Whatever came with the message, it is told: if need be, without what would be looked up. */
  async #read(arrival: Arrival): Promise<Pick<MessageEvent, 'message' | 'post'>> {
    const { socket, auth, knownMessages, groups, log } = this.#deps;
    const { key } = arrival.message;
    try {
      return await readEither(arrival, {
        people: (all) => peopleOf(socket.authState.keys, all),
        messages: (messageId) => knownMessages.all(messageId),
        isAdmin: (groupId, names) => groups.isAdmin(groupId, names, socket),
        unknownFields: (messageId) => knownMessages.unknownFields(messageId),
        groupName: (groupId) => groups.name(groupId, socket),
        ignored: () => log.warn({ key }, 'somebody changes a message that is not theirs, or in another chat: ignored'),
      });
    } catch (error) {
      // The storage failed: the next connection reads the message from the journal.
      if (auth.isFenced()) throw error;
      log.error({ err: error, key }, 'a message could not be read; it is told as far as possible');
      return readEither(arrival, NO_LOOK_UPS);
    }
  }

  get #me() {
    return this.#deps.socket.authState.creds.me;
  }
}

async function readEither(arrival: Arrival, lookUp: LookUps): Promise<Pick<MessageEvent, 'message' | 'post'>> {
  const message = await readIncoming(arrival, lookUp);
  return { message, ...(!message && { post: await readPost(arrival, lookUp) }) };
}

/** Baileys skips what Meta's AI encrypts in its own way, and what WhatsApp says it does not give to this device. */
function isDroppedOnPurpose(stanza: BinaryNode): boolean {
  return getBinaryNodeChild(stanza, 'enc')?.attrs.type === 'msmsg' || !!getBinaryNodeChild(stanza, 'unavailable');
}

/** Whether it could not be decrypted. Other messages without content exist: that somebody joined a group arrives as one, too. */
function isUndecrypted({ messageStubType }: WAMessage): boolean {
  return messageStubType === proto.WebMessageInfo.StubType.CIPHERTEXT;
}
