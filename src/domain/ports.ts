import { type Recipient } from './address.ts';
import { type CloseReason } from './close-reason.ts';
import { type Event, type EventKind } from './event.ts';
import { type DeliveryStatus, type DeliveryUpdate, type IncomingMessage } from './message.ts';
import { type AccountIdentity, type QrCode, type SessionRecord } from './session.ts';
import { type SessionId } from './session-id.ts';
import { type TimelineNote } from './timeline.ts';

/* ---- what the core asks of whatsapp/ ---- */

/** Opens lines to WhatsApp. */
export interface Connector {
  /**
   * Starts a line for the session, with its stored credentials or, without any, to be paired. Answers
   * at once; everything that happens comes to `listener`, lastly `onClosed`, exactly once.
   */
  open(sessionId: SessionId, listener: ConnectionListener): Connection;
  /** Forgets the credentials and keys of a session. */
  forget(sessionId: SessionId): Promise<void>;
}

/** What a line tells. Calls come in the order in which things happened; a rejection is logged, never thrown. */
export interface ConnectionListener {
  /** A code to scan, the first one or a renewed one. */
  onQr(qr: QrCode): void;
  /** Somebody scanned: the credentials are stored, a login follows on a new line. */
  onPaired(identity: AccountIdentity): void;
  /** Logged in and receiving. */
  onOpen(identity: AccountIdentity): void;
  /**
   * A message arrived, live, kept by WhatsApp while we were away, or left in the journal by an earlier line; `undefined`
   * for one that nobody needs to be told of. Either way its journal entries wait for word that it was handled.
   */
  onMessage(message: IncomingMessage | undefined, key: MessageKey): void;
  /** News of messages that we sent. */
  onDelivery(update: DeliveryUpdate): void;
  /** Something went wrong and was dealt with; the line goes on. One sentence for the people who look after it. */
  onNote(why: string): void;
  /** The line is gone, for this reason. Nothing else comes after it. */
  onClosed(reason: CloseReason): void;
}

/** One line to WhatsApp, for one session. */
export interface Connection {
  /**
   * Sends a text and waits for WhatsApp's acknowledgement, at most `ackTimeoutMs`.
   * @throws AppError `number_not_on_whatsapp`, `whatsapp_timeout`, `session_not_connected`
   */
  sendText(message: OutgoingText): Promise<SendOutcome>;
  /** Closes the line; the device stays linked. */
  close(): Promise<void>;
  /** Unlinks the device at WhatsApp, then closes the line. */
  logout(): Promise<void>;
}

/** A text to send. */
export interface OutgoingText {
  to: Recipient;
  text: string;
  ackTimeoutMs: number;
  /** Called with the message as it will be on the wire, before it leaves: what must be stored is stored here. */
  beforeSend(message: SentMessage): Promise<void>;
}

/** A message on its way out, as it is kept to answer a recipient who could not decrypt it. */
export interface SentMessage {
  messageId: string;
  /** The JID that it goes to. */
  to: string;
  /** The recipient's phone number in digits; `null` for groups and unknown LIDs. */
  toNumber: string | null;
  /** The encoded protobuf message. */
  content: Uint8Array;
}

/** What WhatsApp's server said to a message: `pending` when it said nothing in time. */
export type SendOutcome = { messageId: string; to: string } & (
  { status: 'sent' | 'pending' } | { status: 'failed'; errorCode: string }
);

/* ---- what the core asks of storage/ ---- */

/** The sessions, and the events that their changes cause. */
export interface SessionStore {
  all(): Promise<SessionRecord[]>;
  /**
   * Stores the record, the events and what goes along in one transaction: a change and what the backend must be told
   * of it are never apart. An event whose `webhookId` is already there is not stored again.
   */
  commit(record: SessionRecord, events: readonly NewCallback[], along?: Along): Promise<void>;
  /** Removes the session and its undelivered QR callbacks, and stores the last events, in one transaction. */
  remove(sessionId: SessionId, events: readonly NewCallback[]): Promise<void>;
}

/** What is stored together with a change of a session. */
export interface Along {
  /** The message that became the events, or needs none: its journal entries are done with. */
  handled?: MessageKey;
  /** What to write into the session's timeline. */
  note?: TimelineNote;
}

/** What happened to the sessions. A bounded number of notes is kept of each. */
export interface TimelineStore {
  /** The notes of a session, the oldest first. */
  of(sessionId: SessionId): Promise<TimelineNote[]>;
}

/** An event to be handed to the main backend. */
export interface NewCallback {
  event: Event;
  /** The idempotency key: the same for the same event, whoever tells of it and however often. */
  webhookId: string;
  /** The webhookId of a callback, of whichever session, that must be handed over before this one. */
  after?: string;
  /** The webhookId of an event that makes this one needless when it is already there. */
  unless?: string;
}

/** The messages that we sent, and what became of them. */
export interface SentMessageStore {
  add(sessionId: SessionId, message: SentMessage): Promise<void>;
  /** The message, with what is known of its fate; `undefined` when we did not send it. */
  find(sessionId: SessionId, messageId: string): Promise<KnownSentMessage | undefined>;
  /** Stores the new status and the event that tells of it, in one transaction. */
  progress(sessionId: SessionId, messageId: string, status: DeliveryStatus, event: NewCallback): Promise<void>;
}

/** A sent message and what became of it. */
export interface KnownSentMessage extends SentMessage {
  status: DeliveryStatus;
}

/** The folder that each session has below `AUTH_DIR`, whose path the backend is told. */
export interface SessionFolders {
  create(sessionId: SessionId): Promise<void>;
  /** Removes what version 3 left in it, once a login with the imported credentials worked. */
  discardVersion3(sessionId: SessionId): Promise<void>;
  remove(sessionId: SessionId): Promise<void>;
}

/** Values that outlive a restart: `POST /config/download-media`. */
export interface SettingsStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
}

/** The first answers to requests with an `Idempotency-Key`, kept for a day. */
export interface IdempotencyStore {
  /** The stored answer for the key in this scope. */
  find(scope: string, key: string): Promise<StoredAnswer | undefined>;
  save(scope: string, key: string, answer: StoredAnswer): Promise<void>;
}

/** An answer that is given again. */
export interface StoredAnswer {
  /** A hash of the request, to tell a repetition from another request with the same key. */
  requestHash: string;
  status: number;
  /** JSON. */
  body: string;
}

/* ---- what whatsapp/ asks of storage/ ---- */

/** The credentials and Signal keys of the sessions. Values are bytes that only whatsapp/ understands. */
export interface SignalKeyStore {
  credentials(sessionId: SessionId): Promise<string | undefined>;
  saveCredentials(sessionId: SessionId, value: string): Promise<void>;
  get(sessionId: SessionId, type: string, ids: readonly string[]): Promise<Map<string, string>>;
  /** Stores all changes, and what was decrypted with them, in one transaction; a `null` value removes. */
  set(sessionId: SessionId, changes: readonly KeyChange[], decrypted?: JournalEntry): Promise<void>;
  forget(sessionId: SessionId): Promise<void>;
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
  /** The entries of whole messages that became nothing yet, in the order of their arrival. */
  leftOver(sessionId: SessionId): Promise<JournalEntry[]>;
}

/** One key to store, or with `null` to remove. */
export interface KeyChange {
  type: string;
  id: string;
  value: string | null;
}

/* ---- what callbacks/ asks of storage/ ---- */

/** The callbacks that wait for the main backend, in order within each session. */
export interface CallbackQueue {
  /** Calls `listener` with a session's id whenever it gained a callback or one it waited for was settled. */
  onReady(listener: (sessionId: SessionId) => void): void;
  /** The sessions which have callbacks waiting. */
  sessionsWithPending(): Promise<SessionId[]>;
  /**
   * The oldest waiting callback of the session; `undefined` when there is none, or when it must wait for
   * a callback of another session (then onReady tells).
   */
  next(sessionId: SessionId): Promise<PendingCallback | undefined>;
  /** The backend has it. Nothing happens when a newer QR took its place meanwhile. */
  delivered(callback: PendingCallback, atMs: number): Promise<void>;
  /** A try failed; `error` says how. */
  failed(callback: PendingCallback, error: string, atMs: number): Promise<void>;
  /** Given up: it is kept as a dead letter, and the rest of its session goes on. */
  dead(callback: PendingCallback, error: string, atMs: number): Promise<void>;
  /** The backend has no endpoint for this kind of event. It is kept as long as a delivered one. */
  unwanted(callback: PendingCallback, atMs: number): Promise<void>;
  counts(nowMs: number): Promise<CallbackCounts>;
  /** Calls `listener` with the id of a session whose callbacks somebody wants to be tried now. */
  onRetry(listener: (sessionId: SessionId) => void): void;
}

/** What has become of a callback; `unwanted` is one that the backend has no endpoint for. */
export type CallbackState = 'pending' | 'delivered' | 'dead' | 'unwanted';

/** A callback with its fate. */
export interface StoredCallback extends PendingCallback {
  /** Its place among those of all sessions; a renewed QR gets a new one. */
  position: number;
  state: CallbackState;
  lastError: string | null;
  settledAtMs: number | null;
}

/** Which callbacks are meant; what is left out does not matter. */
export interface CallbackFilter {
  state?: CallbackState;
  sessionId?: SessionId;
}

/** A part of a list: so many behind this id or position. */
export interface Page {
  after: number;
  limit: number;
}

/** The callbacks of one session whose events happened in this time, both ends included (Unix ms). */
export interface ReplaySpan {
  sessionId: SessionId;
  sinceMs: number;
  untilMs: number;
}

/** All callbacks that are kept, for the people who look after them and for a backend that missed some. */
export interface CallbackArchive {
  /** In the order of their ids. */
  list(filter: CallbackFilter, page: Page): Promise<StoredCallback[]>;
  find(id: number): Promise<StoredCallback | undefined>;
  /**
   * Has a waiting one tried now, and one that was given up wait again, with all its tries before it. Answers whether it is
   * one of these: a QR that was given up, or one that was delivered, is not.
   */
  retry(id: number): Promise<boolean>;
  /** Has all that were settled wait again under their keys and numbers, but for QRs, which no longer count; answers how many. */
  replay(span: ReplaySpan): Promise<number>;
  /** Of all sessions, in the order of their positions, whatever has become of them. */
  events(page: Page): Promise<StoredCallback[]>;
}

/** A callback that waits. */
export interface PendingCallback {
  id: number;
  webhookId: string;
  sessionId: SessionId;
  /** Its number within the session, without gaps, from 1. */
  seq: number;
  kind: EventKind;
  /** The JSON body, exactly as it is posted. */
  body: string;
  createdAtMs: number;
  attempts: number;
  firstFailedAtMs: number | null;
}

/** How the callbacks stand (contract 1, `/health`). */
export interface CallbackCounts {
  pending: number;
  deadLettered: number;
  oldestPendingSeconds: number;
}
