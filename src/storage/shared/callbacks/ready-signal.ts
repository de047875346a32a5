import type { SessionId } from '../../../domain/session-id.ts';

/** Subscribes to two signals, until the returned function is called. */
export function subscribeToBoth(
  one: ReadySignal,
  other: ReadySignal,
  listener: (sessionId: SessionId) => void,
): () => void {
  const ends = [one.subscribe(listener), other.subscribe(listener)];
  return () => {
    for (const end of ends) end();
  };
}

/** Notifies its listeners of sessions that have something to deliver. */
export class ReadySignal {
  readonly #listeners = new Set<(sessionId: SessionId) => void>();

  /** Until the returned function is called. */
  subscribe(listener: (sessionId: SessionId) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Notifies once for each session. Call it after the write: the listener must be able to find the callback. */
  notify(sessionIds: Iterable<SessionId>): void {
    for (const sessionId of new Set(sessionIds)) {
      for (const listener of this.#listeners) listener(sessionId);
    }
  }
}
