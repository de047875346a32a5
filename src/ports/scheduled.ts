import type {
  NewScheduledMessage,
  ScheduledMessage,
  ScheduledState,
  SendFailure,
} from '../domain/scheduled-message.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { NewCallback } from './callbacks.ts';

/** Messages to be sent later. Those that are settled are kept for two weeks. */
export interface ScheduledMessageStore {
  /** Stores a message, unless the session has one with this id (`known`), or `limit` of them that wait (`full`). */
  add(message: NewScheduledMessage, limit: number): Promise<'added' | 'known' | 'full'>;
  /** The messages of a session behind this one, in the order in which they were scheduled. */
  of(
    sessionId: SessionId,
    page: { state?: ScheduledState | undefined; after: number; limit: number },
  ): Promise<ScheduledMessage[]>;
  /** One of them. */
  find(sessionId: SessionId, messageId: string): Promise<ScheduledMessage | undefined>;
  /** This node's sessions with a message that is due at this moment (Unix ms). */
  sessionsWithDue(nowMs: number): Promise<SessionId[]>;
  /** The message of a session that is due first. One that is damaged is removed. */
  next(sessionId: SessionId, nowMs: number): Promise<ScheduledMessage | undefined>;
  /** An attempt has failed; the message is due again at this moment (Unix ms). */
  postpone(message: ScheduledMessage, failure: SendFailure, dueAtMs: number): Promise<void>;
  /** Stores what became of a message that waits, and its event, in one transaction. */
  settle(message: ScheduledMessage, settlement: Settlement): Promise<void>;
}

/** What became of a scheduled message. */
export interface Settlement {
  state: Exclude<ScheduledState, 'scheduled'>;
  failure: SendFailure | null;
  event?: NewCallback | undefined;
}
