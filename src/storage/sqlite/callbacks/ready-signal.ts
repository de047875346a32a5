import { type SessionId } from '../../../domain/session-id.ts';

/** Tells whoever delivers callbacks that a session has something to do. */
export class ReadySignal {
  readonly #listeners: ((sessionId: SessionId) => void)[] = [];

  subscribe(listener: (sessionId: SessionId) => void): void {
    this.#listeners.push(listener);
  }

  /** Rings once for each session. Only after the commit: what is rung for must be there to be found. */
  ring(sessionIds: Iterable<SessionId>): void {
    for (const sessionId of new Set(sessionIds)) {
      for (const listener of this.#listeners) listener(sessionId);
    }
  }
}
