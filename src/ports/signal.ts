import type { SessionId } from '../domain/session-id.ts';

/**
 * The credentials and Signal keys of the sessions. Only whatsapp/ understands the values. What is damaged counts as missing.
 */
export interface SignalKeyStore {
  credentials(sessionId: SessionId): Promise<string | undefined>;
  saveCredentials(sessionId: SessionId, value: string): Promise<void>;
  /** The values that exist, by id. May return what is not durable yet. */
  get(sessionId: SessionId, type: string, ids: readonly string[]): Promise<Map<string, string>>;
  /** Stores all changes and the journal entries of what they decrypted in one transaction. */
  set(sessionId: SessionId, changes: readonly KeyChange[], ...decrypted: readonly JournalEntry[]): Promise<void>;
  /** Nobody could make sense of the stored value: it is set aside, and counts as missing from now on. */
  unreadable(sessionId: SessionId, key: SignalKeyName | 'credentials'): Promise<void>;
  /** Removes the credentials and all keys of the session. */
  forget(sessionId: SessionId): Promise<void>;
}

/** Names a key within its session. */
export interface SignalKeyName {
  type: string;
  id: string;
}

/** A key to store; `null` removes it. */
export interface KeyChange extends SignalKeyName {
  value: string | null;
}

/** Identifies a message within its session: WhatsApp's chat, participant and id in one string. */
export type MessageKey = string & { readonly brand: 'MessageKey' };

/** The plaintext of one ciphertext. */
export interface JournalEntry {
  /** SHA-256 of the ciphertext. */
  ciphertextHash: Uint8Array;
  messageKey: MessageKey;
  /** The same for all parts of one delivered stanza. */
  delivery: string;
  /** The number of parts in that stanza. */
  parts: number;
  /** The attributes of the stanza, from which the message can be read again. */
  attrs: Record<string, string>;
  plaintext: Uint8Array;
}

/** Decrypted messages, from the moment in which their key was used up. */
export interface Journal {
  /**
   * The plaintext of a ciphertext that was decrypted before as this message; under another message key it would be a
   * forgery. May return what is not durable yet.
   */
  find(sessionId: SessionId, ciphertextHash: Uint8Array, messageKey: MessageKey): Promise<Uint8Array | undefined>;
  /** The readable entries of the messages with this id, the oldest first; kept for two weeks. */
  withId(sessionId: SessionId, messageId: string): Promise<JournalEntry[]>;
  /**
   * The entries of complete messages that were not handled yet, in the order of their arrival. One whose plaintext is damaged
   * comes with an empty one.
   */
  leftOver(sessionId: SessionId): Promise<JournalEntry[]>;
}
