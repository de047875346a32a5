import type { EventKind } from '../domain/event.ts';
import type { CloseReason } from '../domain/close-reason.ts';
import type { DeliveryUpdate, MessageType } from '../domain/message.ts';
import type { OutgoingContent } from '../domain/outgoing.ts';
import type { SessionStatus } from '../domain/session.ts';

/**
 * What became of a received message: it became a webhook (`told`), was one before (`repeated`), or the backend does not want
 * it (`unwanted`: what the owner writes on the phone).
 */
export const RECEIPT_FATES = ['told', 'repeated', 'unwanted'] as const;

/** One of {@link RECEIPT_FATES}. */
export type ReceiptFate = (typeof RECEIPT_FATES)[number];

/** What became of a request to send a message. */
export const SEND_FATES = ['sent', 'pending', 'refused'] as const;

/** One of {@link SEND_FATES}. */
export type SendFate = (typeof SEND_FATES)[number];

/** What became of one attempt to deliver a webhook. */
export const CALLBACK_FATES = ['delivered', 'failed', 'dead', 'unwanted'] as const;

/** One of {@link CALLBACK_FATES}. */
export type CallbackFate = (typeof CALLBACK_FATES)[number];

/** What became of a download or an upload. */
export type TransferFate = 'ok' | 'failed';

/** The breaker before the backend: closed (`well`), open with one probe at a time (`down`), or in a slow start (`recovering`). */
export const BREAKER_STATES = ['well', 'down', 'recovering'] as const;

/** One of {@link BREAKER_STATES}. */
export type BreakerState = (typeof BREAKER_STATES)[number];

/**
 * What became of a request for a session of another node: it was `answered` there; nobody had the session (`moving`), or its node
 * vanished (`unreachable`); the session came to this node meanwhile (`here`); or its node could not be looked up (`failed`).
 */
export const FORWARD_OUTCOMES = ['answered', 'moving', 'unreachable', 'here', 'failed'] as const;

/** One of {@link FORWARD_OUTCOMES}. */
export type ForwardOutcome = (typeof FORWARD_OUTCOMES)[number];

/** Counts the work. Sessions and phone numbers are never labels: there may be any number of them. */
export interface Metrics {
  /** A message arrived. */
  received(type: MessageType, fate: ReceiptFate): void;
  /** A request to send was answered. */
  sent(type: OutgoingContent['type'], fate: SendFate): void;
  /** The status of a sent message changed. */
  progressed(status: DeliveryUpdate['status']): void;
  /** A webhook delivery was attempted. `ageMs` is the age of the event. */
  posted(event: EventKind, fate: CallbackFate, ageMs: number): void;
  /** A webhook delivery to a receiver besides the main backend was attempted. */
  subscriberPosted(fate: CallbackFate): void;
  /**
   * The backend accepted a message. `latencyMs` is counted from its sending by WhatsApp's clock, which has whole seconds;
   * `offline` says whether it waited at WhatsApp while the session was away.
   */
  arrived(latencyMs: number, offline: boolean): void;
  /** The public status of a session changed, or it was removed. */
  became(status: SessionStatus | 'removed'): void;
  /** A connection was lost, with Baileys' code. */
  connectionClosed(reason: CloseReason['kind'], code: string): void;
  /** A download of a message's file ended. */
  downloaded(fate: TransferFate): void;
  /** An upload of a message's file ended. */
  uploaded(fate: TransferFate): void;
  /** A commit reached the disk after this time. `writes` is how many shared it, where the storage says so. */
  committed(ms: number, writes?: number): void;
}

/** Counts what the storage removes before its time. */
export interface DatabaseMetrics {
  /** So many rows were removed to stay below `DATABASE_MAX_SIZE`. */
  shed(rows: number): void;
}

/** Counts notifications of the operator. */
export interface NotificationMetrics {
  /** A channel has accepted a notification, or it was given up there. */
  notified(channel: string, fate: 'sent' | 'failed'): void;
}

/** Counts what one of several nodes does. */
export interface ClusterMetrics {
  /** So many sessions were taken over. */
  claimed(sessions: number): void;
  /** A write of so many sessions was refused, since other nodes have them: they are lost here. */
  fenced(sessions: number): void;
  /** A session was ended here and released for another node, in this time. */
  handedOver(ms: number): void;
  /** A request for a session of another node came to its end. */
  forwarded(outcome: ForwardOutcome): void;
}
