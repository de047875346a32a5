import type { Clock } from './clock.ts';

/** A rate limit that allows bursts: `size` tokens at first, which refill evenly within `refillMs`. */
export class TokenBucket {
  readonly #size: number;
  readonly #refillMs: number;
  readonly #clock: Clock;
  #tokens: number;
  #countedAtMs: number;

  constructor({ size, refillMs }: { size: number; refillMs: number }, clock: Clock) {
    this.#size = size;
    this.#refillMs = refillMs;
    this.#clock = clock;
    this.#tokens = size;
    this.#countedAtMs = clock.monotonic();
  }

  /** Takes a token. `false` if there is none. */
  take(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Milliseconds until there is a token; 0 when there is one. */
  waitMs(): number {
    this.#refill();
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) * this.#refillMs) / this.#size);
  }

  #refill(): void {
    const now = this.#clock.monotonic();
    const refilled = ((now - this.#countedAtMs) * this.#size) / this.#refillMs;
    this.#tokens = Math.min(this.#size, this.#tokens + refilled);
    this.#countedAtMs = now;
  }
}
