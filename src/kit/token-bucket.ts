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
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** How long until there is one, ms; 0 when there is. */
  waitMs(): number {
    this.#refill();
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) * this.#refillMs) / this.#size);
  }

  #refill(): void {
    const now = this.#clock.now();
    const refilled = ((now - this.#countedAtMs) * this.#size) / this.#refillMs;
    this.#tokens = Math.min(this.#size, this.#tokens + Math.max(0, refilled));
    this.#countedAtMs = now;
  }
}
