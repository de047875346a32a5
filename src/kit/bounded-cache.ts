import { LRUCache } from 'lru-cache';
import type { Clock, Timer } from './clock.ts';

/** How much a cache holds, and for how long. */
export interface CacheOptions {
  /** Beyond this number, the value that was set first is evicted. */
  max: number;
  /** How long a value lasts, from when it is set. By default until it is evicted. */
  ttlMs?: number;
  /** Removes expired values on time, by one timer that is set only while there are values. By default a later `set` removes them. */
  autopurge?: boolean;
  /** Called with the key of each value that leaves because it is evicted, expired, deleted or cleared; not of one that is replaced. */
  onRemoved?: (key: string) => void;
}

/** What a cache can hold: nothing that could be taken for a missing value. */
export type CacheValue = object | string | number | boolean;

/**
 * A bounded number of values by key, each for a limited time. Reading a value neither renews it nor saves it from eviction.
 *
 * The `LRUCache` inside exists only while there are values, so that a cache that nobody uses costs next to nothing: measured on
 * Node 24, 0.1 kB, where an empty `LRUCache` takes 1.8 kB with `maxSize`, and 192 kB with `max: 5000`, since it allocates for `max` at once.
 */
export class BoundedCache<Value extends CacheValue> {
  readonly #clock: Clock;
  readonly #options: CacheOptions;
  #values: LRUCache<string, Value> | undefined;
  #timer: Timer | undefined;
  #purgedAtMs = 0;

  constructor(clock: Clock, options: CacheOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** The value, unless it has expired. */
  get(key: string): Value | undefined {
    return this.#values?.peek(key);
  }

  /** Sets or replaces a value, which is then the newest. `ttlMs` counts for this value in place of the usual. */
  set(key: string, value: Value, ttlMs = this.#options.ttlMs): void {
    this.#values ??= this.#open();
    this.#values.set(key, value, { ttl: lruTtl(ttlMs) });
    this.#purgeInTime();
  }

  delete(key: string): void {
    this.#values?.delete(key);
    this.#closeIfEmpty();
  }

  clear(): void {
    this.#values?.clear();
    this.#closeIfEmpty();
  }

  /** The values that have not expired, in the order in which they were set. */
  entries(): [key: string, value: Value][] {
    return [...(this.#values?.rentries() ?? [])] as [string, Value][];
  }

  #open(): LRUCache<string, Value> {
    const { max, onRemoved } = this.#options;
    return new LRUCache<string, Value>({
      maxSize: max,
      sizeCalculation: () => 1,
      perf: { now: () => this.#clock.monotonic() },
      ttlResolution: 0,
      ...(onRemoved && { dispose: (_value, key, reason) => reason !== 'set' && onRemoved(key) }),
    });
  }

  #purgeInTime(): void {
    const { ttlMs, autopurge } = this.#options;
    if (ttlMs === undefined) return;
    if (autopurge) this.#timer ??= this.#clock.after(ttlMs, () => this.#purgeAndWait());
    else if (this.#clock.monotonic() - this.#purgedAtMs >= ttlMs) this.#purge();
  }

  #purge(): void {
    this.#purgedAtMs = this.#clock.monotonic();
    this.#values?.purgeStale();
    this.#closeIfEmpty();
  }

  #purgeAndWait(): void {
    this.#timer = undefined;
    this.#purge();
    const [oldest] = this.#values?.rkeys() ?? [];
    if (oldest === undefined) return;
    const leftMs = (this.#values?.getRemainingTTL(oldest) ?? 0) + 1;
    this.#timer = this.#clock.after(leftMs, () => this.#purgeAndWait());
  }

  #closeIfEmpty(): void {
    if (!this.#values || this.#values.size > 0) return;
    this.#values = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

/** `LRUCache` still returns a value when exactly its `ttl` has passed. For it, 0 is no limit. */
function lruTtl(ttlMs: number | undefined): number {
  return ttlMs === undefined ? 0 : ttlMs - 1;
}
