import type { SessionId } from '../../../domain/session-id.ts';
import type { PendingCallback } from '../../../ports/callbacks.ts';

/** How many callbacks of one session are remembered, and how many characters of all. */
const MAX_OF_SESSION = 1_000;
const MAX_CHARACTERS = 2_000_000;
/** How many sessions are remembered. */
const MAX_SESSIONS = 10_000;

/** The oldest pending callbacks of a session, without a gap. */
interface Head {
  callbacks: PendingCallback[];
  /** Whether they are all that is pending. Otherwise later ones are in the table. */
  isAll: boolean;
}

/**
 * The callbacks that were stored, or read, a moment ago: the queue delivers them without reading them again. Only plain ones; whatever else
 * happens to the callbacks of a session makes it {@link forget} them, and the queue reads its table.
 *
 * They are as good as a read on the connection that wrote them: whoever uses one waits for its commit.
 */
export class FreshCallbacks {
  readonly #heads = new Map<SessionId, Head>();
  #characters = 0;

  /** It was stored behind all others of its session. */
  add(callback: PendingCallback): void {
    const head = this.#heads.get(callback.sessionId);
    if (!head?.isAll) return;
    if (head.callbacks.length < MAX_OF_SESSION && this.#take(callback)) head.callbacks.push(callback);
    else head.isAll = false;
  }

  /** The oldest pending callback of the session; `undefined` when only the table knows, `null` when nothing is pending. */
  next(sessionId: SessionId): PendingCallback | null | undefined {
    const head = this.#heads.get(sessionId);
    return head && (head.callbacks[0] ?? (head.isAll ? null : undefined));
  }

  /** These are the oldest that are pending in the table, in their order; perhaps all of them. */
  read(sessionId: SessionId, callbacks: readonly PendingCallback[], isAll: boolean): void {
    this.forget(sessionId);
    if (this.#heads.size >= MAX_SESSIONS) this.forgetAll();
    const end = callbacks.findIndex((callback) => !this.#take(callback));
    const kept = end === -1 ? [...callbacks] : callbacks.slice(0, end);
    this.#heads.set(sessionId, { callbacks: kept, isAll: isAll && end === -1 });
  }

  /** It is pending no more, or will not be before it is asked for the next one. */
  settled({ sessionId, id }: PendingCallback): void {
    const head = this.#heads.get(sessionId);
    if (head?.callbacks[0]?.id === id) this.#characters -= head.callbacks.shift()?.body.length ?? 0;
    else this.forget(sessionId);
  }

  /** Something else happened to callbacks of the session. */
  forget(sessionId: SessionId): void {
    for (const { body } of this.#heads.get(sessionId)?.callbacks ?? []) this.#characters -= body.length;
    this.#heads.delete(sessionId);
  }

  /** What was stored last may have been rolled back. */
  forgetAll(): void {
    this.#heads.clear();
    this.#characters = 0;
  }

  /** Whether there is room for it, which it takes then. */
  #take({ body }: PendingCallback): boolean {
    if (this.#characters + body.length > MAX_CHARACTERS) return false;
    this.#characters += body.length;
    return true;
  }
}
