import { proto, type WAMessage, type WASocket } from '@whiskeysockets/baileys';
import { type IncomingMessage } from '../../domain/message.ts';
import { type Logger } from '../../kit/logger.ts';
import { peopleOf } from '../addressing/people.ts';
import { type Arrival, readIncoming } from '../receive/incoming.ts';
import { type KnownMessages } from '../receive/known-messages.ts';
import { leftOver, unreadableMessage } from '../receive/replay.ts';
import { type ConnectionAuth } from '../signal/auth-state.ts';
import { messageKeyOf } from '../signal/message-key.ts';
import { type ConnectionEventHandler, type MessageEvent } from '../../ports/connection.ts';

/** Dependencies of a {@link MessageReceiver}. */
export interface MessageReceiverDeps {
  socket: WASocket;
  auth: ConnectionAuth;
  knownMessages: KnownMessages;
  /** The group's subject, as far as it can be had in time. */
  groupName: (groupId: string) => Promise<string | null>;
  /** Whether the message that Baileys is handling had waited at WhatsApp; `undefined` if it is handling another one. */
  wasQueued: (messageId: string | null | undefined) => boolean | undefined;
  /** Runs work after everything that was queued before. */
  inOrder: (work: () => void | Promise<void>) => void;
  onEvent: ConnectionEventHandler;
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
    const event = this.#eventOf({ message, offline: wasQueued(message.key.id) ?? appended, me });
    inOrder(async () => this.#deps.onEvent(await event));
    if (isUndecrypted(message)) log.warn({ messageId: message.key.id }, 'a message could not be decrypted yet');
  }

  /** A message is lost, and Baileys does not report it: only the attributes of its stanza are known. */
  unreadable(attrs: Record<string, string>): void {
    const me = this.#me;
    if (me) this.received(unreadableMessage(attrs, me), attrs.offline !== undefined);
  }

  /**
   * Emits what is in the journal but was never handled: with an id only that message, which Baileys failed at after it was
   * decrypted. Call it in order.
   */
  async replay(messageId?: string): Promise<void> {
    const me = this.#me;
    if (!me) return;
    for (const { message, offline } of await leftOver(this.#deps.auth, me, messageId)) {
      this.#deps.onEvent(await this.#eventOf({ message, offline, me }));
    }
  }

  async #eventOf(arrival: Arrival): Promise<MessageEvent> {
    const key = messageKeyOf(arrival.message.key);
    return { kind: 'message', message: await this.#read(arrival), key };
  }

  #read(arrival: Arrival): Promise<IncomingMessage | undefined> {
    const { socket, knownMessages, groupName } = this.#deps;
    return readIncoming(arrival, {
      people: (all) => peopleOf(socket.authState.keys, all),
      message: (messageId) => knownMessages.find(messageId),
      unknownFields: (messageId) => knownMessages.unknownFields(messageId),
      groupName,
    });
  }

  get #me() {
    return this.#deps.socket.authState.creds.me;
  }
}

/** Whether it could not be decrypted. Other messages without content exist: that somebody joined a group arrives as one, too. */
function isUndecrypted({ messageStubType }: WAMessage): boolean {
  return messageStubType === proto.WebMessageInfo.StubType.CIPHERTEXT;
}
