import type { SessionId } from './session-id.ts';

/** What became of a scheduled message: `scheduled` until it is sent, canceled or given up. */
export const SCHEDULED_STATES = ['scheduled', 'sent', 'failed', 'canceled'] as const;

/** See {@link SCHEDULED_STATES}. */
export type ScheduledState = (typeof SCHEDULED_STATES)[number];

/** A message to be sent later. */
export interface NewScheduledMessage {
  sessionId: SessionId;
  /** The id under which it is sent, however often that is tried: WhatsApp shows one message only. */
  messageId: string;
  /** The message as it was requested, JSON. */
  body: string;
  /** Unix ms. */
  sendAtMs: number;
}

/** Why a message was not sent, or not yet. */
export interface SendFailure {
  code: string;
  message: string;
}

/** A message that was scheduled. */
export interface ScheduledMessage extends NewScheduledMessage {
  /** Grows with each one. */
  id: number;
  state: ScheduledState;
  /** How often sending it failed, so far. */
  attempts: number;
  /** Why the latest attempt failed. */
  failure: SendFailure | null;
  createdAtMs: number;
  /** When it was sent, canceled or given up. */
  settledAtMs: number | null;
}
