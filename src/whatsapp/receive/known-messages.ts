import { proto, unpadRandomMax16, type WAMessage } from '@whiskeysockets/baileys';
import { type SessionId } from '../../domain/session-id.ts';
import { type Journal, type SignalKeyStore } from '../../ports/signal.ts';
import { type SentMessageStore } from '../../ports/storage.ts';
import { storedOwner } from '../signal/auth-state.ts';
import { messagesOf } from './replay.ts';
import { unknownFields } from './unknown-fields.ts';

/** Where the messages of a session are kept. */
export interface MessageStores {
  keys: SignalKeyStore;
  journal: Journal;
  sentMessages: SentMessageStore;
}

/**
 * The messages of one session that somebody can refer to: those that it sent, and those that it received, of the last
 * two weeks. None of them needs an open line.
 */
export class KnownMessages {
  readonly #stores: MessageStores;
  readonly #sessionId: SessionId;

  constructor(stores: MessageStores, sessionId: SessionId) {
    this.#stores = stores;
    this.#sessionId = sessionId;
  }

  /** The message with WhatsApp's id, as Baileys has messages; `undefined` when it is not known, or says nothing readable. */
  async find(messageId: string): Promise<WAMessage | undefined> {
    return (await this.#sent(messageId)) ?? (await this.#received(messageId));
  }

  /** The numbers of the fields in a message that it received which the protocol we know has no names for. */
  async unknownFields(messageId: string): Promise<number[]> {
    const entries = await this.#stores.journal.withId(this.#sessionId, messageId);
    return entries.flatMap(({ plaintext }) => unknownFields(unpadRandomMax16(plaintext)));
  }

  async #sent(messageId: string): Promise<WAMessage | undefined> {
    const sent = await this.#stores.sentMessages.find(this.#sessionId, messageId);
    if (!sent) return undefined;
    return {
      key: { remoteJid: sent.to, id: messageId, fromMe: true },
      message: proto.Message.decode(sent.content),
      messageTimestamp: Math.floor(sent.sentAtMs / 1000),
    };
  }

  async #received(messageId: string): Promise<WAMessage | undefined> {
    const { journal, keys } = this.#stores;
    const entries = await journal.withId(this.#sessionId, messageId);
    const owner = entries.length > 0 ? await storedOwner(keys, this.#sessionId) : undefined;
    if (!owner) return undefined;
    return messagesOf(entries, owner).find(({ message }) => message.message)?.message;
  }
}
