import type { PendingEvent } from './callbacks.ts';

/** A table of the operator's, in which each event appears exactly once. */
export interface EventSink extends AsyncDisposable {
  /** Connects, and creates the table if it is not there. */
  open(): Promise<void>;
  /**
   * Resolves when the event is in the table, and durable; does nothing when it has been there before. Rejects when that is not certain.
   */
  write(event: SinkEvent): Promise<void>;
}

/** What waits to be written into the table. */
export interface SinkBacklog {
  pending: number;
  oldestPendingSeconds: number;
}

/** What is written of an event. */
export type SinkEvent = Pick<PendingEvent, 'webhookId' | 'sessionId' | 'seq' | 'kind' | 'body' | 'createdAtMs'>;
