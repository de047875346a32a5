import { type SessionId } from '../../../domain/session-id.ts';

/** The owner of what outlives its session (callbacks, answers, the names of files), and of what is about none. No session's id is empty. */
export const COMMON = '';

/** Whose data key a value is encrypted with. */
export type Owner = SessionId | typeof COMMON;

/** Where a value is stored. It opens nowhere else. */
export interface CellAddress {
  owner: Owner;
  /** Table, column and row; the additional data of the encryption. */
  name: string;
}

/** No part but the last can have this character in it. */
const BETWEEN = '\0';

function cell(owner: Owner, ...parts: readonly string[]): CellAddress {
  return { owner, name: parts.join(BETWEEN) };
}

/** The credentials of a session. */
export const credentialsOf = (sessionId: SessionId) => cell(sessionId, 'credentials.value', sessionId);

/** One Signal key of a session. */
export const signalKey = (sessionId: SessionId, type: string, id: string) =>
  cell(sessionId, 'signal_keys.value', sessionId, type, id);

/** A part of a journal entry, which is known by the hash of its ciphertext. */
export const journalPart = (sessionId: SessionId, column: 'attrs' | 'plaintext', ciphertextHash: Buffer) =>
  cell(sessionId, `journal.${column}`, sessionId, ciphertextHash.toString('hex'));

/** What a sent message says. */
export const sentContent = (sessionId: SessionId, messageId: string) =>
  cell(sessionId, 'sent_messages.content', sessionId, messageId);

/** What a voter chose in a poll. */
export const chosenOptions = (sessionId: SessionId, pollId: string, voter: string) =>
  cell(sessionId, 'poll_votes.options', sessionId, pollId, voter);

/** What a callback says. */
export const callbackBody = (sessionId: SessionId, webhookId: string) =>
  cell(COMMON, 'callbacks.body', sessionId, webhookId);

/** A part of a stored answer: the answer, or the hash of its request, from which a short text could be guessed. */
export const storedAnswer = (column: 'request_hash' | 'body', scope: string, key: string) =>
  cell(COMMON, `idempotency.${column}`, scope, key);

/** The name that the sender gave to a file. */
export const fileNameOf = (sessionId: SessionId, messageId: string) =>
  cell(COMMON, 'media_files.file_name', sessionId, messageId);

/** A setting: among them is what the keys for the doors are hashed with. */
export const settingOf = (name: string) => cell(COMMON, 'settings.value', name);

/** The hash of a key for the doors, with what that key may do: whoever widens it in the row has no key any more. */
export const apiKeyHash = (keyId: string, may: { scopes: string; sessions: string | null }) =>
  cell(COMMON, 'api_keys.hash', keyId, may.scopes, may.sessions ?? '');
