import type { Clock, Timer } from '../kit/clock.ts';
import { Semaphore } from '../kit/semaphore.ts';
import type { BreakerState } from '../ports/metrics.ts';
import type { DeliveryFailure } from './retry-policy.ts';

/** How often a backend that is down is probed at least, so that its return is noticed soon. */
const PROBE_INTERVAL_MS = 1_500;
/** The number of sessions that must fail, with nothing accepted in between, before the backend counts as down. */
const SESSIONS_OF_AN_OUTAGE = 2;

/** The dependencies of a {@link Breaker}. */
export interface BreakerDeps {
  /** The number of concurrent deliveries while all is well. */
  width: number;
  clock: Clock;
  /** Ends the pause that is nearest to its end, so that somebody makes an attempt. */
  probe: () => void;
  /** The backend is back: ends all pauses, except for what the backend asked for. */
  recovered: () => void;
}

/**
 * Spares a backend that is down, and one that has just come back.
 * - `well`: full concurrency.
 * - `down`, as soon as several sessions fail and nothing is accepted in between: one delivery at a time, and none for as long
 *   as the backend asks.
 * - `recovering`, from the first accepted delivery on: each one that is accepted adds one concurrent delivery, which doubles
 *   them with every round, until all is well.
 *
 * What the backend asks of one session alone does not affect the others.
 */
export class Breaker {
  readonly #deps: BreakerDeps;
  readonly #semaphore: Semaphore;
  #state: BreakerState = 'well';
  #width: number;
  #holdUntilMs = 0;
  #probeTimer: Timer | undefined;

  constructor(deps: BreakerDeps) {
    this.#deps = deps;
    this.#width = deps.width;
    this.#semaphore = new Semaphore(deps.width);
  }

  /** `down` means that the backend as a whole does not accept callbacks. */
  get state(): BreakerState {
    return this.#state;
  }

  /** Runs `attempt` as soon as the concurrency allows it. */
  run<Result>(attempt: () => Promise<Result>): Promise<Result> {
    return this.#semaphore.run(attempt);
  }

  /** How long the backend as a whole has asked us to stay away, in ms. */
  holdMs(): number {
    return Math.max(0, this.#holdUntilMs - this.#deps.clock.monotonic());
  }

  /** The backend accepted a callback. */
  accepted(): void {
    if (this.#state === 'well') return;
    const wasDown = this.#state === 'down';
    this.#probeTimer?.cancel();
    this.#resize(wasDown ? 1 : this.#width + 1);
    this.#state = this.#width < this.#deps.width ? 'recovering' : 'well';
    if (wasDown) this.#deps.recovered();
  }

  /** An attempt failed. `failingSessions` is the number of sessions that have failed since the last accepted callback. */
  failed(failure: DeliveryFailure, failingSessions: number): void {
    if (failingSessions >= SESSIONS_OF_AN_OUTAGE && this.#state !== 'down') this.#open();
    if (this.#state !== 'down' || failure.kind !== 'refused') return;
    this.#holdUntilMs = Math.max(this.#holdUntilMs, this.#deps.clock.monotonic() + (failure.retryAfterMs ?? 0));
  }

  /** Shuts down: stops probing, and lets everybody who waits for a slot go on at once. */
  stop(): void {
    this.#probeTimer?.cancel();
    this.#semaphore.resize(Number.POSITIVE_INFINITY);
  }

  #open(): void {
    this.#state = 'down';
    this.#resize(1);
    this.#probeLater();
  }

  #probeLater(): void {
    this.#probeTimer = this.#deps.clock.after(PROBE_INTERVAL_MS, () => {
      if (this.holdMs() === 0) this.#deps.probe();
      this.#probeLater();
    });
  }

  #resize(width: number): void {
    this.#width = width;
    this.#semaphore.resize(width);
  }
}
