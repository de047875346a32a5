import type { SessionId } from '../../../domain/session-id.ts';

/**
 * The callbacks that the backend has accepted, but whose rows are still pending: acceptance is recorded by a deferred write.
 */
export class UnrecordedDeliveries {
  readonly #ids = new Map<SessionId, Set<number>>();

  /** The ids of the session's rows; `undefined` when there are none. */
  of(sessionId: SessionId): ReadonlySet<number> | undefined {
    return this.#ids.get(sessionId);
  }

  add(sessionId: SessionId, id: number): void {
    const ids = this.#ids.get(sessionId);
    if (ids) ids.add(id);
    else this.#ids.set(sessionId, new Set([id]));
  }

  /** The acceptance is recorded now. */
  remove(sessionId: SessionId, id: number): void {
    const ids = this.#ids.get(sessionId);
    ids?.delete(id);
    if (ids?.size === 0) this.#ids.delete(sessionId);
  }
}
