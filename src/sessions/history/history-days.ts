import type { SessionId } from '../../domain/session-id.ts';
import type { HistoryStore } from '../../ports/history.ts';

const DAY_MS = 24 * 3_600_000;

/** For how many days each session keeps messages; what the storage says is asked once. */
export class HistoryDays {
  readonly #store: Pick<HistoryStore, 'daysOf' | 'setDays'>;
  /** `HISTORY_DAYS`: for sessions without a number of their own. */
  readonly defaultDays: number;
  readonly #known = new Map<SessionId, Promise<number | undefined>>();

  constructor(store: Pick<HistoryStore, 'daysOf' | 'setDays'>, defaultDays: number) {
    this.#store = store;
    this.defaultDays = defaultDays;
  }

  /** How many days; 0 when it keeps nothing. */
  async of(sessionId: SessionId): Promise<number> {
    return (await this.own(sessionId)) ?? this.defaultDays;
  }

  /** The moment before which it keeps nothing (Unix ms); `undefined` when it keeps nothing at all. */
  async since(sessionId: SessionId, nowMs: number): Promise<number | undefined> {
    const days = await this.of(sessionId);
    return days > 0 ? nowMs - days * DAY_MS : undefined;
  }

  /** The session's own number, if it has one. */
  async own(sessionId: SessionId): Promise<number | undefined> {
    const known = this.#known.get(sessionId) ?? this.#store.daysOf(sessionId);
    this.#known.set(sessionId, known);
    try {
      return await known;
    } catch (error) {
      this.forget(sessionId);
      throw error;
    }
  }

  /** Gives the session a number of its own, or takes that back (`null`). */
  async set(sessionId: SessionId, days: number | null): Promise<void> {
    await this.#store.setDays(sessionId, days);
    this.forget(sessionId);
  }

  /** Another process may have changed it. */
  forget(sessionId: SessionId): void {
    this.#known.delete(sessionId);
  }
}
