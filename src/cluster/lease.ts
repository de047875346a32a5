import type { Clock } from '../kit/clock.ts';
import type { Lease } from '../ports/ownership.ts';

/**
 * The part of the lease within which this node acts. Others take its sessions over after the whole lease on their own clocks,
 * which may run faster by up to a fifth.
 */
const SAFE_PART = 0.8;
/** For how long {@link LocalLease.lowestMarginMs} remembers: those who look now and then miss nothing. */
const REMEMBERED_MS = 60_000;

/** The lease of this node. It lasts from when a beat was sent, not from when it was answered. */
export class LocalLease implements Lease {
  readonly #clock: Clock;
  readonly #safeMs: number;
  #sentAtMs = -Infinity;
  #isOver = false;
  /** What was left at each beat of the last minute. */
  #margins: { atMs: number; marginMs: number }[] = [];

  constructor(leaseMs: number, clock: Clock) {
    this.#clock = clock;
    this.#safeMs = leaseMs * SAFE_PART;
  }

  /** A beat was answered that was sent at `sentAtMs`, on the monotonic clock. */
  renew(sentAtMs: number): void {
    this.#remember();
    this.#sentAtMs = Math.max(this.#sentAtMs, sentAtMs);
  }

  /** The others have buried this node: no later beat brings it back. */
  end(): void {
    this.#isOver = true;
  }

  /** How long it is still held, in ms; 0 when it is not. */
  get marginMs(): number {
    if (this.#isOver) return 0;
    return Math.max(0, this.#sentAtMs + this.#safeMs - this.#clock.monotonic());
  }

  get isHeld(): boolean {
    return this.marginMs > 0;
  }

  /** The least that was left of it within the last minute, when a beat was answered or now, in ms. */
  get lowestMarginMs(): number {
    return Math.min(this.marginMs, ...this.#recent().map(({ marginMs }) => marginMs));
  }

  /** Before the first beat nothing can be left. */
  #remember(): void {
    if (this.#sentAtMs === -Infinity) return;
    this.#margins = [...this.#recent(), { atMs: this.#clock.monotonic(), marginMs: this.marginMs }];
  }

  #recent() {
    const sinceMs = this.#clock.monotonic() - REMEMBERED_MS;
    return this.#margins.filter(({ atMs }) => atMs >= sinceMs);
  }
}
