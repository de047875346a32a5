import { type CacheStore, type WASocket } from '@whiskeysockets/baileys';
import { type Clock } from '../kit/clock.ts';

const KEPT_MS = 3600_000;
/** More than these at a time would be an attack; the oldest go first. */
const MAX_KEPT = 5_000;

/** How often a message was asked for again. */
interface Counter {
  value: unknown;
  setAtMs: number;
}

/**
 * Counts, over all lines of one session, how often each message was asked for again. Baileys counts per socket: after
 * each reconnect it would begin anew, and a message that nobody can decrypt would be asked for without an end.
 */
export class RetryCounters implements CacheStore {
  readonly #clock: Clock;
  readonly #counters = new Map<string, Counter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the form is Baileys'
  get<Value>(key: string): Value | undefined {
    const counter = this.#counters.get(key);
    return counter && this.#isFresh(counter) ? (counter.value as Value) : undefined;
  }

  set(key: string, value: unknown): void {
    this.#counters.delete(key);
    this.#counters.set(key, { value, setAtMs: this.#clock.now() });
    for (const [oldest, counter] of this.#counters) {
      if (this.#counters.size <= MAX_KEPT && this.#isFresh(counter)) return;
      this.#counters.delete(oldest);
    }
  }

  del(key: string): void {
    this.#counters.delete(key);
  }

  flushAll(): void {
    this.#counters.clear();
  }

  /** Lets a new socket go on where the last one was: what it counts by beside this cache begins with these. */
  carryOver({ messageRetryManager }: WASocket): void {
    const counters = messageRetryManager as unknown as { retryCounters: Map<string, number> } | null;
    for (const [key, counter] of this.#counters) {
      // Baileys' keys are `<message id>:<participant>`, its other counter's the id alone.
      const [messageId] = key.split(':');
      if (messageId && this.#isFresh(counter)) counters?.retryCounters.set(messageId, Number(counter.value));
    }
  }

  #isFresh({ setAtMs }: Counter): boolean {
    return this.#clock.now() - setAtMs < KEPT_MS;
  }
}
