import { proto, unpadRandomMax16, type WAMessage } from '@whiskeysockets/baileys';
import type { SessionId } from '../../domain/session-id.ts';
import type { Journal, SignalKeyStore } from '../../ports/signal.ts';
import type { SentMessageStore } from '../../ports/storage.ts';
import { storedOwner } from '../signal/auth-state.ts';
import { messagesOf } from './replay.ts';
import { unknownFields } from './unknown-fields.ts';

/** The stores of a session's messages. */
export interface MessageStores {
  keys: SignalKeyStore;
  journal: Journal;
  sentMessages: SentMessageStore;
}

/**
 * The messages of one session that others can refer to: sent or received, in the last two weeks. None of them needs an
 * open connection.
 */
export class KnownMessages {
  readonly #stores: MessageStores;
  readonly #sessionId: SessionId;

  constructor(stores: MessageStores, sessionId: SessionId) {
    this.#stores = stores;
    this.#sessionId = sessionId;
  }

  /** Finds the message with WhatsApp's id, in Baileys' form; `undefined` when it is unknown or unreadable. */
  async find(messageId: string): Promise<WAMessage | undefined> {
    return (await this.all(messageId)).find(({ message }) => message);
  }

  /** Finds all messages with this id: their senders choose it. */
  async all(messageId: string): Promise<WAMessage[]> {
    const sent = await this.#sent(messageId);
    return [...(sent ? [sent] : []), ...(await this.#received(messageId))];
  }

  /** Returns the numbers of a received message's fields that our protocol definition does not name. */
  async unknownFields(messageId: string): Promise<number[]> {
    const entries = await this.#stores.journal.withId(this.#sessionId, messageId);
    return entries.flatMap(({ plaintext }) => unknownFields(unpadRandomMax16(plaintext)));
  }

  async #sent(messageId: string): Promise<WAMessage | undefined> {
    const sent = await this.#stores.sentMessages.find(this.#sessionId, messageId);
    if (!sent?.content) return undefined;
    return {
      key: { remoteJid: sent.to, id: messageId, fromMe: true },
      message: proto.Message.decode(sent.content),
      messageTimestamp: Math.floor(sent.sentAtMs / 1000),
    };
  }

  async #received(messageId: string): Promise<WAMessage[]> {
    const { journal, keys } = this.#stores;
    const entries = await journal.withId(this.#sessionId, messageId);
    const owner = entries.length > 0 ? await storedOwner(keys, this.#sessionId) : undefined;
    return owner ? messagesOf(entries, owner).map(({ message }) => message) : [];
  }
}
