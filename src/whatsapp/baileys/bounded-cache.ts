import { type CacheStore } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';

/** A value and when it was set. */
interface Entry {
  value: unknown;
  setAtMs: number;
}

/** How long a cache keeps its values, and how many. */
export interface CacheBounds {
  ttlMs: number;
  /** With more than these the oldest go first. */
  max: number;
}

/**
 * A cache of the form that Baileys takes, which outlives its sockets: one that Baileys makes itself begins anew with each
 * reconnect.
 */
export class BoundedCache implements CacheStore {
  readonly #clock: Clock;
  readonly #bounds: CacheBounds;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, bounds: CacheBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the form is Baileys'
  get<Value>(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#isFresh(entry) ? (entry.value as Value) : undefined;
  }

  set(key: string, value: unknown): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, setAtMs: this.#clock.now() });
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#bounds.max && this.#isFresh(entry)) return;
      this.#entries.delete(oldest);
    }
  }

  del(key: string): void {
    this.#entries.delete(key);
  }

  flushAll(): void {
    this.#entries.clear();
  }

  /** What is kept and not too old, the oldest first. */
  fresh(): [key: string, value: unknown][] {
    return [...this.#entries].flatMap(([key, entry]) => (this.#isFresh(entry) ? [[key, entry.value]] : []));
  }

  #isFresh({ setAtMs }: Entry): boolean {
    return this.#clock.now() - setAtMs < this.#bounds.ttlMs;
  }
}
