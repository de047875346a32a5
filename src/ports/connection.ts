import { type PhoneNumber } from '../domain/address.ts';
import { type CloseReason } from '../domain/close-reason.ts';
import { type DeliveryUpdate, type IncomingMessage } from '../domain/message.ts';
import { type OutgoingMessage, type SentMessage } from '../domain/outgoing.ts';
import { type Numbers } from '../domain/person.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type AccountIdentity, type PairingCode, type QrCode } from '../domain/session.ts';
import { type ConnectionActions } from './connection-actions.ts';
import { type MessageKey } from './signal.ts';

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
export interface Connection extends ConnectionActions {
  /** Whether it is about to end, or has ended, though `onClosed` may still have to come: it is of no use any more. */
  readonly isClosing: boolean;
  /**
   * Sends a message and waits for WhatsApp's acknowledgement, at most `ackTimeoutMs`.
   * @throws AppError `number_not_on_whatsapp`, `message_not_found`, `message_not_suitable`, `whatsapp_timeout`,
   *   `session_not_connected`, and what `beforeSend` and `store` throw
   */
  send(message: ConnectionMessage): Promise<SendOutcome>;
  /** Closes the line; the device stays linked. */
  close(): Promise<void>;
  /** Unlinks the device at WhatsApp, then closes the line. */
  logout(): Promise<void>;
}

/** A message to send over a line. */
export interface ConnectionMessage extends OutgoingMessage {
  ackTimeoutMs: number;
  /** Called once it is known whom it goes to, before anything is done: what it throws ends it. */
  mayWriteTo(recipient: Pick<SentMessage, 'to' | 'toNumber'>): Promise<void>;
  /** Called with the message as it will be on the wire, before anything is done with it. */
  beforeSend(message: SentMessage): Promise<void>;
  /** Called after that to store the message; it leaves when this has resolved, and not at all when it rejects. */
  store(message: SentMessage): Promise<void>;
}

/** What WhatsApp's server said to a message: `pending` when it said nothing in time. */
export type SendOutcome = { messageId: string; to: string } & (
  { status: 'sent' | 'pending' } | { status: 'failed'; errorCode: string }
);
