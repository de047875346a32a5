import { type Clock, type Timer } from '../../kit/clock.ts';
import { type CacheBounds } from './bounded-cache.ts';

/** A value and until when it is remembered. */
interface Entry<Value> {
  value: Value;
  untilMs: number;
}

/**
 * Remembers values for a while, and takes next to no memory as long as there are none: its room grows with what is in it, and
 * one timer, which is set only while there is something, lets go of what is too old.
 */
export class ShortCache<Value> {
  readonly #clock: Clock;
  readonly #bounds: CacheBounds;
  /** The oldest first. */
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #forgotten: (key: string) => void;
  #timer: Timer | undefined;

  /** `forgotten` is told each key whose value is remembered no more. */
  constructor(clock: Clock, bounds: CacheBounds, forgotten: (key: string) => void = () => undefined) {
    this.#clock = clock;
    this.#bounds = bounds;
    this.#forgotten = forgotten;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.untilMs > this.#clock.now() ? entry.value : undefined;
  }

  /** Remembers a value, from now on as long as any; beyond `max` the oldest is forgotten. */
  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, untilMs: this.#clock.now() + this.#bounds.ttlMs });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#bounds.max && oldest !== undefined) this.delete(oldest);
    this.#timer ??= this.#clock.after(this.#bounds.ttlMs, () => this.#tidy());
  }

  delete(key: string): void {
    if (this.#entries.delete(key)) this.#forgotten(key);
  }

  /** Forgets everything; no timer is left. */
  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const key of [...this.#entries.keys()]) this.delete(key);
  }

  #tidy(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.now();
    for (const [key, { untilMs }] of this.#entries) {
      if (untilMs > nowMs) {
        this.#timer = this.#clock.after(untilMs - nowMs, () => this.#tidy());
        return;
      }
      this.delete(key);
    }
  }
}
