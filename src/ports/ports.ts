import { type AwaitedNumber, type Numbers } from '../domain/awaited-numbers.ts';
import { type PhoneNumber } from '../domain/address.ts';
import { type CloseReason } from '../domain/close-reason.ts';
import { type NewCallback } from './callbacks.ts';
import { type LineActions } from './connection-actions.ts';
import { type DeliveryStatus, type DeliveryUpdate, type IncomingMessage } from '../domain/message.ts';
import { type OutgoingMessage } from '../domain/outgoing.ts';
import { type VoteCast } from '../domain/poll.ts';
import { type AccountIdentity, type PairingCode, type QrCode, type SessionRecord } from '../domain/session.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type MessageKey } from './signal.ts';
import { type TimelineNote } from '../domain/timeline.ts';

/** Whether more may come: from WhatsApp, or by new sessions. */
export interface Admission {
  /** @throws OverloadedError while a bound is reached */
  check(): void;
  /** Resolves as soon as no bound is reached. */
  admitted(): Promise<void>;
}

/* ---- what the core asks of whatsapp/ ---- */

/** Opens lines to WhatsApp. */
export interface Connector {
  /**
   * Starts a line for the session, with its stored credentials or, without any, to be paired. Answers
   * at once; everything that happens comes to `listener`, lastly `onClosed`, exactly once. With `codeFor` it is paired by a
   * code that is typed into the phone of this number, in place of a QR.
   */
  open(sessionId: SessionId, listener: ConnectionListener, codeFor?: PhoneNumber): Connection;
  /** Whether there are credentials of a linked device for the session. */
  isLinked(sessionId: SessionId): Promise<boolean>;
  /** Forgets the credentials and keys of a session, and what its lines handed on to each other. */
  forget(sessionId: SessionId): Promise<void>;
}

/** What a line tells. Calls come in the order in which things happened; a rejection is logged, never thrown. */
export interface ConnectionListener {
  /** A code to scan, the first one or a renewed one. */
  onQr(qr: QrCode): void;
  /** WhatsApp took a code to be typed; once on a line. */
  onPairingCode(code: PairingCode): void;
  /** Somebody scanned, or typed the code: the credentials are stored, a login follows on a new line. */
  onPaired(identity: AccountIdentity): void;
  /** Logged in and receiving. */
  onOpen(identity: AccountIdentity): void;
  /**
   * A message arrived, live, kept by WhatsApp while we were away, or left in the journal by an earlier line; `undefined`
   * for one that nobody needs to be told of. Either way its journal entries wait for word that it was handled.
   */
  onMessage(message: IncomingMessage | undefined, key: MessageKey): void;
  /** WhatsApp told the numbers of LIDs that it had not told before. */
  onNumbers(numbers: Numbers): void;
  /** News of messages that we sent. */
  onDelivery(update: DeliveryUpdate): void;
  /** Until when WhatsApp lets the account begin no conversations (Unix ms); `null` when it does. */
  onRestricted(untilMs: number | null): void;
  /** Something went wrong and was dealt with; the line goes on. One sentence for the people who look after it. */
  onNote(why: string): void;
  /**
   * The line is gone, for this reason. Nothing else comes after it. `code` is the library's, to be counted: a number, `none`,
   * or `other` for one that nobody knows.
   */
  onClosed(reason: CloseReason, code: string): void;
}

/** One line to WhatsApp, for one session. */
export interface Connection extends LineActions {
  /** Whether it is about to end, or has ended, though `onClosed` may still have to come: it is of no use any more. */
  readonly isClosing: boolean;
  /**
   * Sends a message and waits for WhatsApp's acknowledgement, at most `ackTimeoutMs`.
   * @throws AppError `number_not_on_whatsapp`, `message_not_found`, `message_not_suitable`, `whatsapp_timeout`,
   *   `session_not_connected`, and what `beforeSend` and `store` throw
   */
  send(message: LineMessage): Promise<SendOutcome>;
  /** Closes the line; the device stays linked. */
  close(): Promise<void>;
  /** Unlinks the device at WhatsApp, then closes the line. */
  logout(): Promise<void>;
}

/** A message to send over a line. */
export interface LineMessage extends OutgoingMessage {
  ackTimeoutMs: number;
  /** Called once it is known whom it goes to, before anything is done: what it throws ends it. */
  mayWriteTo(recipient: Pick<SentMessage, 'to' | 'toNumber'>): Promise<void>;
  /** Called with the message as it will be on the wire, before anything is done with it. */
  beforeSend(message: SentMessage): Promise<void>;
  /** Called after that to store the message; it leaves when this has resolved, and not at all when it rejects. */
  store(message: SentMessage): Promise<void>;
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
   * of it are never apart. An event whose `webhookId` is already there is not stored again; answers how many were.
   */
  commit(record: SessionRecord, events: readonly NewCallback[], along?: Along): Promise<number>;
  /**
   * Stores several changes of one session in their order, all of them with the record in one transaction; answers as
   * {@link commit} does, for each.
   */
  commitAll(record: SessionRecord, changes: readonly SessionChange[]): Promise<number[]>;
  /** Removes the session and its undelivered QR callbacks, and stores the last events, in one transaction. */
  remove(sessionId: SessionId, events: readonly NewCallback[]): Promise<void>;
}

/** What happened to a session: the events of it, and what goes along. */
export interface SessionChange {
  events: readonly NewCallback[];
  along: Along;
}

/** What is stored together with a change of a session. */
export interface Along {
  /** The message that became the events, or needs none: its journal entries are done with. */
  handled?: MessageKey;
  /** The vote in a poll that the message is. */
  vote?: VoteCast | undefined;
  /** That the message is told without its sender's number. */
  awaited?: AwaitedNumber | undefined;
  /** Who wrote: from now on no stranger. */
  heardOf?: string;
  /** What to write into the session's timeline. */
  note?: TimelineNote;
}

/** What happened to the sessions. A bounded number of notes is kept of each. */
export interface TimelineStore {
  /** The notes of a session, the oldest first. */
  of(sessionId: SessionId): Promise<TimelineNote[]>;
}

/** The messages that we sent, and what became of them. */
export interface SentMessageStore {
  add(sessionId: SessionId, message: SentMessage): Promise<void>;
  /** The message, with what is known of its fate; `undefined` when we did not send it. */
  find(sessionId: SessionId, messageId: string): Promise<KnownSentMessage | undefined>;
  /** How many the session sent after this moment. */
  countSince(sessionId: SessionId, sinceMs: number): Promise<CountSince>;
  /** Those of all sessions that nobody acknowledged or refused, and that were sent before this moment. */
  unanswered(beforeMs: number): Promise<SentMessageRef[]>;
  /** Stores the new status and the event that tells of it, in one transaction. */
  progress(sessionId: SessionId, messageId: string, status: DeliveryStatus, event: NewCallback): Promise<void>;
}

/** How many there are, and when the oldest of them was made (Unix ms). */
export interface CountSince {
  count: number;
  oldestMs: number | null;
}

/** With whom the sessions have spoken, each person by its number, or JID where there is none. */
export interface ConversationStore {
  isKnown(sessionId: SessionId, peer: string): Promise<boolean>;
  /** We wrote; whoever is known already stays as it is. */
  begun(sessionId: SessionId, peer: string): Promise<void>;
  /** Those that we began after this moment. */
  begunSince(sessionId: SessionId, sinceMs: number): Promise<CountSince>;
}

/** Which sent message is meant. */
export interface SentMessageRef {
  sessionId: SessionId;
  messageId: string;
}

/** A sent message and what became of it. */
export interface KnownSentMessage extends SentMessage {
  /** Unix ms. */
  sentAtMs: number;
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
