import type { AnyEventKind } from '../../../domain/further-event.ts';
import type { SessionId } from '../../../domain/session-id.ts';

/**
 * The owner of values that outlive their session (callbacks, stored answers, file names) or belong to none. No session has
 * an empty id.
 */
export const COMMON = '' as const;

/** Whose data key encrypts a value. */
export type Owner = SessionId | typeof COMMON;

/** Where a value is stored. Encrypted values are bound to their address: elsewhere they cannot be decrypted. */
export interface CellAddress {
  owner: Owner;
  /** Table, column and row; the additional authenticated data of the encryption. */
  name: string;
}

/** Separates the parts of a name; only the last part may contain it. */
const SEPARATOR = '\0';

function cell(owner: Owner, ...parts: readonly string[]): CellAddress {
  return { owner, name: parts.join(SEPARATOR) };
}

/** The credentials of a session. */
export const credentialsOf = (sessionId: SessionId) => cell(sessionId, 'credentials.value', sessionId);

/** A Signal key of a session. */
export const signalKey = (sessionId: SessionId, type: string, id: string) =>
  cell(sessionId, 'signal_keys.value', sessionId, type, id);

/** A column of a journal entry, which is identified by the hash of its ciphertext. */
export const journalPart = (sessionId: SessionId, column: 'attrs' | 'plaintext', ciphertextHash: Buffer) =>
  cell(sessionId, `journal.${column}`, sessionId, ciphertextHash.toString('hex'));

/** The content of a sent message. */
export const sentContent = (sessionId: SessionId, messageId: string) =>
  cell(sessionId, 'sent_messages.content', sessionId, messageId);

/** The vote that a sent message is. */
export const sentVote = (sessionId: SessionId, messageId: string) =>
  cell(sessionId, 'sent_messages.vote', sessionId, messageId);

/** A message to be sent later. */
export const scheduledBody = (sessionId: SessionId, messageId: string) =>
  cell(sessionId, 'scheduled_messages.body', sessionId, messageId);

/** The options that a voter chose in a poll. */
export const chosenOptions = (sessionId: SessionId, pollId: string, voter: string) =>
  cell(sessionId, 'poll_votes.options', sessionId, pollId, voter);

/** A name of a person, who is named by number or by LID. */
export const contactName = (column: 'push_name' | 'saved_name' | 'username', sessionId: SessionId, person: string) =>
  cell(sessionId, `contact_names.${column}`, sessionId, person);

/** The disappearing timer of a chat. */
export const timerOfChat = (sessionId: SessionId, chat: string) =>
  cell(sessionId, 'chat_timers.timer', sessionId, chat);

/** A label of WhatsApp Business. */
export const labelBody = (sessionId: SessionId, labelId: string) =>
  cell(sessionId, 'chat_labels.body', sessionId, labelId);

/** A message of the history. */
export const keptBody = (sessionId: SessionId, messageId: string) =>
  cell(sessionId, 'kept_messages.body', sessionId, messageId);

/** What identifies the body of a callback. */
export interface CallbackName {
  sessionId: SessionId;
  webhookId: string;
  kind: AnyEventKind;
}

/** The body of a callback, bound to its kind: under another one it would be posted to another path. */
export const callbackBody = ({ sessionId, webhookId, kind }: CallbackName) =>
  cell(COMMON, 'callbacks.body', sessionId, kind, webhookId);

/** The body of a further event. */
export const furtherBody = ({ sessionId, webhookId, kind }: CallbackName) =>
  cell(COMMON, 'further_events.body', sessionId, kind, webhookId);

/** The body of whichever of both it is: only callbacks have a number. */
export const eventBody = (event: CallbackName & { seq: number | null }) =>
  event.seq === null ? furtherBody(event) : callbackBody(event);

/** The body of a callback as earlier versions encrypted it. */
export const bodyWithoutKind = ({ sessionId, webhookId }: Omit<CallbackName, 'kind'>) =>
  cell(COMMON, 'callbacks.body', sessionId, webhookId);

/** A stored answer, or the hash of its request, from which a short text could be guessed. */
export const storedAnswer = (column: 'request_hash' | 'body', scope: string, key: string) =>
  cell(COMMON, `idempotency.${column}`, scope, key);

/** The hash of a request whose message may have left. */
export const reservingRequest = (scope: string, key: string) =>
  cell(COMMON, 'reserved_message_ids.request_hash', scope, key);

/** The name that a sender gave to a file. */
export const fileNameOf = (sessionId: SessionId, messageId: string) =>
  cell(COMMON, 'media_files.file_name', sessionId, messageId);

/** What the caller says of a session: nodes that do not have the session read it too. */
export const profileOf = (sessionId: SessionId) => cell(COMMON, 'session_profiles.profile', sessionId);

/** The URL of a session's proxy. */
export const proxyOf = (sessionId: SessionId) => cell(sessionId, 'session_profiles.proxy', sessionId);

/** The phase of a session, which is not encrypted. */
export const sessionPhase = (sessionId: SessionId) => cell(sessionId, 'sessions.phase', sessionId);

/** A setting. One of them is the pepper with which API keys are hashed. */
export const settingOf = (name: string) => cell(COMMON, 'settings.value', name);

/** What a subscription is, with its secret. */
export const subscriptionSpec = (id: string) => cell(COMMON, 'subscriptions.spec', id);

/** The hash of an API key, bound to its permissions: whoever widens them in the row invalidates the key. */
export const apiKeyHash = (
  keyId: string,
  { scopes, sessions, limits }: { scopes: string; sessions: string | null; limits: string | null },
) => cell(COMMON, 'api_keys.hash', keyId, scopes, sessions ?? '', ...(limits === null ? [] : [limits]));

/** What a draft says, bound to who wrote it for which session. */
export const draftMessage = (id: string, sessionId: SessionId, keyId: string) =>
  cell(COMMON, 'drafts.message', id, sessionId, keyId);

/** The proof of a browser token, bound to the session that it shows: nobody sees another one by editing its row. */
export const browserToken = (hash: string, sessionId: SessionId | null) =>
  cell(COMMON, 'browser_tokens.proof', hash, sessionId ?? '');
