import type { AccountNews } from '../domain/account-news.ts';
import type { CallNews, RingingCall } from '../domain/call.ts';
import type { PhoneNumber } from '../domain/address.ts';
import type { CloseReason } from '../domain/close-reason.ts';
import type { GroupChange } from '../domain/group-event.ts';
import type { DeliveryUpdate, IncomingMessage } from '../domain/message.ts';
import type { OutgoingMessage, SentMessage } from '../domain/outgoing.ts';
import type { NewChatCap } from '../domain/new-chat-cap.ts';
import type { LearnedName, Numbers, Person } from '../domain/person.ts';
import type { VoteCast } from '../domain/poll.ts';
import type { Post } from '../domain/post.ts';
import type { Passkey, PasskeyAssertion } from '../domain/passkey.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { AccountIdentity, PairingCode, QrCode } from '../domain/session.ts';
import type { ConnectionActions } from './connection-actions.ts';
import type { MessageKey } from './signal.ts';

/** Opens connections to WhatsApp. */
export interface Connector {
  /**
   * Opens a connection for the session with its stored credentials or, without any, to pair a device. Returns at once:
   * everything that happens is passed to `onEvent`, and `closed` is its last event, exactly once. With `codeFor` the
   * device pairs by a code that is typed into the phone of this number, in place of a QR.
   */
  open(sessionId: SessionId, onEvent: ConnectionEventHandler, codeFor?: PhoneNumber): Connection;
  /** The account to which the session is linked, by its stored credentials; `undefined` when it is linked to none. */
  linkedAccount(sessionId: SessionId): Promise<AccountIdentity | undefined>;
  /** The number and the LID of the person with this JID, as far as WhatsApp has revealed them to the session. It is not asked. */
  personOf(sessionId: SessionId, jid: string): Promise<Person>;
  /** Drops what the connections of a session share in memory: the next one is of another device. */
  release(sessionId: SessionId): void;
  /** Deletes the credentials and keys of a session, and what its connections share. */
  forget(sessionId: SessionId): Promise<void>;
}

/** What happens on a connection, in the order in which it happened. */
export type ConnectionEvent =
  /** Emitted when there is a QR to scan, the first one or a renewed one. */
  | { kind: 'qr'; qr: QrCode }
  /** Emitted once, when WhatsApp accepted a pairing code. */
  | { kind: 'pairing-code'; code: PairingCode }
  /** Emitted when WhatsApp wants a passkey before it links the device whose QR was scanned or code typed, and at each step. */
  | { kind: 'passkey'; passkey: Passkey }
  /** Emitted when somebody scanned the QR or typed the code: credentials are stored, a login on a new connection follows. */
  | { kind: 'paired'; identity: AccountIdentity }
  /** Emitted when the session is logged in and receives. */
  | { kind: 'open'; identity: AccountIdentity }
  /** Emitted when the name that the account shows to others became known: at each login, and when it changes. */
  | { kind: 'own-name'; name: string }
  | MessageEvent
  /** Emitted when WhatsApp revealed the phone numbers of LIDs. */
  | { kind: 'numbers'; numbers: Numbers }
  /** Emitted when names of people became known. */
  | { kind: 'names'; names: readonly LearnedName[] }
  /** Emitted when the phone told messages from before: after a pairing, or since somebody asked for them. */
  | { kind: 'past'; messages: readonly IncomingMessage[] }
  /** Emitted when something of chats or people changed that no message tells. */
  | { kind: 'account-news'; news: AccountNews }
  /** Emitted when it became known that these people wait to be admitted to a group. */
  | { kind: 'asked-to-join'; groupId: string; people: readonly Person[] }
  /** Emitted when the status of a sent message changed. */
  | { kind: 'delivery'; update: DeliveryUpdate }
  /** Emitted when WhatsApp restricts the account from starting conversations, until then (Unix ms), or lifts it (`null`). */
  | { kind: 'restricted'; untilMs: number | null }
  /** Emitted when WhatsApp says how many conversations the account may begin; `null` is no limit. */
  | { kind: 'new-chat-cap'; cap: NewChatCap | null }
  /** Emitted when a one-to-one call begins to ring. */
  | { kind: 'ringing'; call: RingingCall }
  /** Emitted when WhatsApp announced changes of a group; it is told again until `stored` is called. */
  | { kind: 'group-changed'; changes: readonly GroupChange[]; stored: () => void }
  /** Emitted when WhatsApp announced what becomes of a call; it is told again until `stored` is called. */
  | { kind: 'call-changed'; change: CallNews; stored: () => void }
  /** Emitted when a contact registered anew: their keys are others from now on. */
  | { kind: 'identity-changed'; who: Person }
  /** Emitted when something failed and was handled; the connection goes on. `why` is one sentence for operators. */
  | { kind: 'note'; why: string }
  /**
   * Emitted last, when the connection is gone. `code` is the library's, for metrics: a number, `none`, or `other` for an
   * unknown one.
   */
  | { kind: 'closed'; reason: CloseReason; code: string };

/**
 * Emitted when a message arrived: live, queued by WhatsApp while the session was away, or left in the journal by an earlier
 * connection. `message` is undefined when the backend does not need it. Either way its journal entries, under `key`, must be
 * marked as handled.
 */
export interface MessageEvent {
  kind: 'message';
  message: IncomingMessage | undefined;
  /** Set in place of it for a status, or a message of a channel. */
  post?: Post | undefined;
  key: MessageKey;
  /** When it was decrypted, by our own clock (Unix ms). */
  receivedAtMs: number;
}

/** After these a connection no longer counts as opening. */
export const OPENING_ENDS_WITH: ReadonlySet<ConnectionEvent['kind']> = new Set([
  'qr',
  'pairing-code',
  'open',
  'closed',
]);

/** Receives the events of one connection. Must not throw. */
export type ConnectionEventHandler = (event: ConnectionEvent) => void;

/** One connection to WhatsApp, for one session. */
export interface Connection extends ConnectionActions {
  /** What to do when WhatsApp wants a passkey. @throws AppError `session_not_connected` when it is closing */
  readonly passkey: PasskeyActions;
  /** Whether it is closing or closed, even if `closed` was not emitted yet: it can no longer be used. */
  readonly isClosing: boolean;
  /**
   * Resolves who a message goes to and what it refers to; nothing is written, stored or sent yet.
   * @throws AppError `number_not_on_whatsapp`, `group_not_found`, `message_not_found`, `message_not_suitable`,
   *   `whatsapp_timeout`, `session_not_connected`
   */
  prepare(message: OutgoingMessage): Promise<PreparedMessage>;
  /** Closes the connection; the device stays linked. */
  close(): Promise<void>;
  /** Unlinks the device at WhatsApp, then closes the connection. */
  logout(): Promise<void>;
  /** Resolves when everything is handled that WhatsApp had for this device; at once when the connection is not open. */
  drain(): Promise<void>;
}

/** The steps of a person in a pairing for which WhatsApp wants a passkey. Each may throw `passkey_not_wanted`. */
export interface PasskeyActions {
  /**
   * Passes the signed challenge to WhatsApp. After a refusal, another answer is possible.
   * @throws AppError `invalid_passkey`, `passkey_refused`, `whatsapp_timeout`, `rate_limited`, `session_not_connected`
   */
  answer(assertion: PasskeyAssertion): Promise<void>;
  /**
   * A person saw the same code on the phone: it gets our keys.
   * @throws AppError `passkey_refused`, `whatsapp_timeout`, `rate_limited`, `session_not_connected`
   */
  confirm(): Promise<void>;
  /** A person saw another code on the phone: ends the connection. */
  refuse(): void;
}

/** A message whose recipient is resolved. */
export interface PreparedMessage extends Pick<SentMessage, 'to' | 'toNumber'> {
  /**
   * Writes the message as it goes over the wire, and uploads its file. With `earlier`, its content is what was written for
   * the same message before: recipients may have that, and what they answer refers to it.
   * @throws AppError `number_not_on_whatsapp` for a mention, `message_not_found`, `message_not_suitable`,
   *   `media_not_uploaded`, `whatsapp_timeout`
   */
  encode(earlier?: Uint8Array): Promise<EncodedMessage>;
}

/** A message that is ready to be stored and sent. */
export interface EncodedMessage {
  sent: SentMessage;
  /** The vote in a poll that it is, if it is one. */
  vote?: VoteCast | undefined;
  /**
   * Encrypts the message at once and sends it as soon as `stored` has resolved; both share one commit. Resolves with
   * WhatsApp's acknowledgement; rejects when `stored` does, and nothing was sent then. What WhatsApp refuses because of the
   * recipient's address may be tried once more at the other one.
   */
  transmit(stored: Promise<void>, waiting: Waiting): Promise<SendOutcome>;
}

/** How WhatsApp's answer to a message is awaited. */
export interface Waiting {
  ackTimeoutMs: number;
  /** Whether there was a conversation with the recipient before; asked when WhatsApp refuses the message. */
  isKnown: () => Promise<boolean>;
}

/** How WhatsApp's server answered a message: `pending` when it did not answer in time. */
export type SendOutcome = { messageId: string; to: string } & (
  { status: 'sent' | 'pending' } | { status: 'failed'; errorCode: string }
);
