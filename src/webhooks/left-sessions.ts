import type { SessionId } from '../domain/session-id.ts';

/** A session is only signalled within moments of leaving. */
const MEMORY = 10_000;

/** The latest sessions that have left this process, and did not come back. */
export class LeftSessions {
  readonly #ids = new Set<SessionId>();

  has(sessionId: SessionId): boolean {
    return this.#ids.has(sessionId);
  }

  /** Forgets the one that left first when there are too many. */
  add(sessionId: SessionId): void {
    this.#ids.delete(sessionId);
    this.#ids.add(sessionId);
    const [first] = this.#ids;
    if (this.#ids.size > MEMORY && first !== undefined) this.#ids.delete(first);
  }

  /** It has come back. */
  delete(sessionId: SessionId): void {
    this.#ids.delete(sessionId);
  }
}
