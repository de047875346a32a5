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

/** A value, and when it expires, by the monotonic clock. */
interface Entry<Value> {
  value: Value;
  endsAtMs: number;
}

/**
 * A bounded number of values by key, each for a limited time. Reading a value neither renews it nor saves it from eviction.
 *
 * The map inside, in the order in which values were set, exists only while there are values: a cache that nobody uses costs 0.1 kB.
 */
export class BoundedCache<Value extends CacheValue> {
  readonly #clock: Clock;
  readonly #options: CacheOptions;
  #entries: Map<string, Entry<Value>> | undefined;
  #timer: Timer | undefined;
  #purgedAtMs = 0;

  constructor(clock: Clock, options: CacheOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** The value, unless it has expired. */
  get(key: string): Value | undefined {
    const entry = this.#entries?.get(key);
    return entry && !isOver(entry, this.#clock.monotonic()) ? entry.value : undefined;
  }

  /** Sets or replaces a value, which is then the newest. `ttlMs` counts for this value in place of the usual. */
  set(key: string, value: Value, ttlMs = this.#options.ttlMs ?? Infinity): void {
    const nowMs = this.#clock.monotonic();
    this.#entries ??= new Map();
    this.#entries.delete(key);
    this.#entries.set(key, { value, endsAtMs: nowMs + ttlMs });
    if (this.#entries.size > this.#options.max) this.#evict(this.#entries);
    this.#purgeInTime(nowMs);
  }

  delete(key: string): void {
    if (this.#entries?.delete(key)) this.#options.onRemoved?.(key);
    this.#closeIfEmpty();
  }

  clear(): void {
    for (const key of this.#entries?.keys() ?? []) this.delete(key);
  }

  /** The values that have not expired, in the order in which they were set. */
  entries(): [key: string, value: Value][] {
    const nowMs = this.#clock.monotonic();
    const all = [...(this.#entries ?? [])];
    return all.filter(([, entry]) => !isOver(entry, nowMs)).map(([key, { value }]) => [key, value]);
  }

  #evict(entries: ReadonlyMap<string, unknown>): void {
    const [oldest] = entries.keys();
    if (oldest !== undefined) this.delete(oldest);
  }

  #purgeInTime(nowMs: number): void {
    const { ttlMs, autopurge } = this.#options;
    if (ttlMs === undefined) return;
    if (autopurge) this.#timer ??= this.#clock.after(ttlMs, () => this.#purgeAndWait());
    else if (nowMs - this.#purgedAtMs >= ttlMs) this.#purge(nowMs);
  }

  #purge(nowMs: number): void {
    this.#purgedAtMs = nowMs;
    for (const [key, entry] of this.#entries ?? []) if (isOver(entry, nowMs)) this.delete(key);
  }

  #purgeAndWait(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonic();
    this.#purge(nowMs);
    const [oldest] = this.#entries?.values() ?? [];
    if (oldest) this.#timer = this.#clock.after(oldest.endsAtMs - nowMs, () => this.#purgeAndWait());
  }

  #closeIfEmpty(): void {
    if (!this.#entries || this.#entries.size > 0) return;
    this.#entries = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

function isOver({ endsAtMs }: Pick<Entry<unknown>, 'endsAtMs'>, nowMs: number): boolean {
  return nowMs >= endsAtMs;
}
