import type { SessionId } from '../../../domain/session-id.ts';

/**
 * The changes of waiting callbacks' bodies that are not stored yet. A change decides by what may have left until it began. So whoever
 * reads a callback to deliver it waits for those that began before: in between it would read, and deliver, the old body.
 */
export class BodyChanges {
  readonly #latest = new Map<SessionId, Promise<unknown>>();

  /** Runs a change of callbacks of the session. */
  async during(sessionId: SessionId, change: () => Promise<void>): Promise<void> {
    const stored = change();
    const ended = stored.catch(() => undefined);
    this.#latest.set(sessionId, ended);
    try {
      await stored;
    } finally {
      if (this.#latest.get(sessionId) === ended) this.#latest.delete(sessionId);
    }
  }

  /** Resolves when all that have begun are stored, or have failed: they are stored in their order. */
  async settled(sessionId: SessionId): Promise<void> {
    await this.#latest.get(sessionId);
  }
}
