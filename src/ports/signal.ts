import { type SessionId } from '../domain/session-id.ts';

/** The credentials and Signal keys of the sessions. Values are bytes that only whatsapp/ understands. */
export interface SignalKeyStore {
  credentials(sessionId: SessionId): Promise<string | undefined>;
  saveCredentials(sessionId: SessionId, value: string): Promise<void>;
  get(sessionId: SessionId, type: string, ids: readonly string[]): Promise<Map<string, string>>;
  /** Stores all changes, and what was decrypted with them, in one transaction; a `null` value removes. */
  set(sessionId: SessionId, changes: readonly KeyChange[], ...decrypted: readonly JournalEntry[]): Promise<void>;
  forget(sessionId: SessionId): Promise<void>;
}

/** One key to store, or with `null` to remove. */
export interface KeyChange {
  type: string;
  id: string;
  value: string | null;
}

/** Tells the messages of one session apart: WhatsApp's chat, participant and id in one text. */
export type MessageKey = string & { readonly brand: 'MessageKey' };

/** What one ciphertext said. */
export interface JournalEntry {
  /** SHA-256 of the ciphertext. */
  ciphertextHash: Uint8Array;
  messageKey: MessageKey;
  /** The same for all parts of one delivered stanza. */
  delivery: string;
  /** How many parts that stanza has. */
  parts: number;
  /** The attributes of the stanza, from which the message is read again. */
  attrs: Record<string, string>;
  plaintext: Uint8Array;
}

/** What was decrypted, from the moment in which the key for it was used up. */
export interface Journal {
  /** What a ciphertext said when it was decrypted before as this message; under another id it would be a forgery. */
  find(sessionId: SessionId, ciphertextHash: Uint8Array, messageKey: MessageKey): Promise<Uint8Array | undefined>;
  /** The entries of the messages with this id, the oldest first; kept for two weeks. */
  withId(sessionId: SessionId, messageId: string): Promise<JournalEntry[]>;
  /** The entries of whole messages that became nothing yet, in the order of their arrival. */
  leftOver(sessionId: SessionId): Promise<JournalEntry[]>;
}
