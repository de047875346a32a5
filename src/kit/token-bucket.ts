import { type Clock } from './clock.ts';

/** So many at once, and so many more as time goes on: a full bucket lasts for `size`, and refills within `refillMs`. */
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
    this.#countedAtMs = clock.now();
  }

  /** Takes one, if there is one. */
  take(): boolean {
    const now = this.#clock.now();
    const refilled = ((now - this.#countedAtMs) * this.#size) / this.#refillMs;
    this.#tokens = Math.min(this.#size, this.#tokens + Math.max(0, refilled));
    this.#countedAtMs = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
