import type { SessionId } from '../../../domain/session-id.ts';
import type { PendingCallback } from '../../../ports/callbacks.ts';

/** How many callbacks of one session are remembered, and how many characters of all. */
const MAX_OF_SESSION = 100;
const MAX_CHARACTERS = 2_000_000;
/** How many sessions are remembered. */
const MAX_SESSIONS = 10_000;

/** The newest pending callbacks of a session, without a gap. */
interface Tail {
  callbacks: PendingCallback[];
  /** Whether they are all that is pending. Otherwise older ones are in the table. */
  isAll: boolean;
}

/**
 * The callbacks that were stored a moment ago: the queue delivers them without reading them again. Only plain ones; whatever else
 * happens to the callbacks of a session makes it {@link forget} them, and the queue reads its table, until the table has nothing
 * that is older than what was stored since.
 *
 * They are as good as a read on the connection that wrote them: whoever uses one waits for its commit.
 */
export class FreshCallbacks {
  readonly #tails = new Map<SessionId, Tail>();
  #characters = 0;

  /** It was stored behind all others of its session. */
  add(callback: PendingCallback): void {
    const { sessionId, body } = callback;
    const tail = this.#tails.get(sessionId) ?? this.#start(sessionId);
    tail.callbacks.push(callback);
    this.#characters += body.length;
    if (tail.callbacks.length > MAX_OF_SESSION || this.#characters > MAX_CHARACTERS) this.forget(sessionId);
  }

  /** The oldest pending callback of the session; `undefined` when only the table knows, `null` when nothing is pending. */
  next(sessionId: SessionId): PendingCallback | null | undefined {
    const tail = this.#tails.get(sessionId);
    return tail?.isAll === true ? (tail.callbacks[0] ?? null) : undefined;
  }

  /** The oldest pending callback in the table is this one, or there is none. */
  isOldest(sessionId: SessionId, id: number | undefined): void {
    const tail = this.#tails.get(sessionId);
    if (tail?.callbacks[0]?.id === id) (tail ?? this.#start(sessionId)).isAll = true;
  }

  /** It is pending no more, or will not be before it is asked for the next one. */
  settled({ sessionId, id }: PendingCallback): void {
    const tail = this.#tails.get(sessionId);
    if (tail?.callbacks[0]?.id === id) this.#characters -= tail.callbacks.shift()?.body.length ?? 0;
    else if (tail?.isAll === true) this.forget(sessionId);
  }

  /** Something else happened to callbacks of the session. */
  forget(sessionId: SessionId): void {
    for (const { body } of this.#tails.get(sessionId)?.callbacks ?? []) this.#characters -= body.length;
    this.#tails.delete(sessionId);
  }

  /** What was stored last may have been rolled back. */
  forgetAll(): void {
    this.#tails.clear();
    this.#characters = 0;
  }

  #start(sessionId: SessionId): Tail {
    if (this.#tails.size >= MAX_SESSIONS) this.forgetAll();
    const tail = { callbacks: [], isAll: false };
    this.#tails.set(sessionId, tail);
    return tail;
  }
}
