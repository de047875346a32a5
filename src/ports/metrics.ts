import { type EventKind } from '../domain/event.ts';
import { type CloseReason } from '../domain/close-reason.ts';
import { type DeliveryUpdate, type MessageType } from '../domain/message.ts';
import { type OutgoingContent } from '../domain/outgoing.ts';
import { type SessionStatus } from '../domain/session.ts';

/**
 * What became of a message that arrived: the backend is told of it, has been told of it before, or does not want it (what the
 * owner writes on the phone).
 */
export const RECEIPT_FATES = ['told', 'repeated', 'unwanted'] as const;

/** One of {@link RECEIPT_FATES}. */
export type ReceiptFate = (typeof RECEIPT_FATES)[number];

/** What became of a message that somebody wanted sent, as its request learned. */
export const SEND_FATES = ['sent', 'pending', 'refused'] as const;

/** One of {@link SEND_FATES}. */
export type SendFate = (typeof SEND_FATES)[number];

/** What became of one try to hand over a callback. */
export const CALLBACK_FATES = ['delivered', 'failed', 'dead', 'unwanted'] as const;

/** One of {@link CALLBACK_FATES}. */
export type CallbackFate = (typeof CALLBACK_FATES)[number];

/** Whether a file came, or went. */
export type TransferFate = 'ok' | 'failed';

/** The breaker before the backend: as many posts as there may be, one at a time to see, or more and more again. */
export const BREAKER_STATES = ['well', 'down', 'recovering'] as const;

/** One of {@link BREAKER_STATES}. */
export type BreakerState = (typeof BREAKER_STATES)[number];

/**
 * What is counted of the work, for the people who watch it. Never whose it was: neither a session nor a number is told, of
 * which there may be any number.
 */
export interface Metrics {
  /** A message arrived. */
  received(type: MessageType, fate: ReceiptFate): void;
  /** A request to send was answered. */
  sent(type: OutgoingContent['type'], fate: SendFate): void;
  /** News came of a message that was sent. */
  progressed(status: DeliveryUpdate['status']): void;
  /** A callback was tried. `ageMs` is how long it is there. */
  posted(event: EventKind, fate: CallbackFate, ageMs: number): void;
  /**
   * The backend accepted a message, so long after it was sent by WhatsApp's clock, which has whole seconds. `offline` says
   * whether it waited at WhatsApp while we were away.
   */
  arrived(latencyMs: number, offline: boolean): void;
  /** A session looks different from outside, or is there no more. */
  became(status: SessionStatus | 'removed'): void;
  /** A line was lost, with Baileys' code. */
  connectionClosed(reason: CloseReason['kind'], code: string): void;
  /** The file of a message came, or did not. */
  downloaded(fate: TransferFate): void;
  /** The file of a message is at WhatsApp, or is not. */
  uploaded(fate: TransferFate): void;
  /** Something was stored, and was on the disk after so long. */
  committed(ms: number): void;
}
