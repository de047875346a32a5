import { type Clock, type Timer } from '../kit/clock.ts';
import { Semaphore } from '../kit/semaphore.ts';
import { type BreakerState } from '../ports/metrics.ts';
import { type PostFailure } from './retry-policy.ts';

/** While the backend is down it is tried at least this often: who waits for it wants to hear of its return. */
const PROBE_EVERY_MS = 1_500;
/** So many sessions must fail, with nothing accepted between them, before it is the backend and not a callback. */
const SESSIONS_OF_AN_OUTAGE = 2;

/** What a breaker is made of. */
export interface BreakerDeps {
  /** How many posts there may be at once when all is well. */
  width: number;
  clock: Clock;
  /** Ends the wait that is nearest to its end: somebody goes and looks. */
  probe: () => void;
  /** Ends all waits, but for what the backend asked for: it is back. */
  recovered: () => void;
}

/**
 * Spares a backend that is down, and one that has just come back. `well`: as many posts at once as there may be. `down`, as
 * soon as several sessions fail and nothing is accepted between: one post at a time, and none for as long as the backend
 * asks. `recovering`, from the first that is accepted: one more at once for each that is accepted, which doubles them with
 * each round, until all is well. What one session alone is asked for concerns nobody else.
 */
export class Breaker {
  readonly #deps: BreakerDeps;
  readonly #slots: Semaphore;
  #state: BreakerState = 'well';
  #width: number;
  #holdUntilMs = 0;
  #probing: Timer | undefined;

  constructor(deps: BreakerDeps) {
    this.#deps = deps;
    this.#width = deps.width;
    this.#slots = new Semaphore(deps.width);
  }

  /** `down` means that the backend as a whole does not take callbacks. */
  get state(): BreakerState {
    return this.#state;
  }

  /** Posts as soon as the backend may be asked. */
  run<Result>(post: () => Promise<Result>): Promise<Result> {
    return this.#slots.run(post);
  }

  /** How long the backend as a whole asked to stay away, in ms. */
  holdMs(): number {
    return Math.max(0, this.#holdUntilMs - this.#deps.clock.now());
  }

  /** The backend took a callback. */
  accepted(): void {
    if (this.#state === 'well') return;
    const wasDown = this.#state === 'down';
    this.#probing?.cancel();
    this.#resize(wasDown ? 1 : this.#width + 1);
    this.#state = this.#width < this.#deps.width ? 'recovering' : 'well';
    if (wasDown) this.#deps.recovered();
  }

  /** A post failed; so many sessions have failed since the last that was accepted. */
  failed(failure: PostFailure, failingSessions: number): void {
    if (failingSessions >= SESSIONS_OF_AN_OUTAGE && this.#state !== 'down') this.#open();
    if (this.#state !== 'down' || failure.kind !== 'refused') return;
    this.#holdUntilMs = Math.max(this.#holdUntilMs, this.#deps.clock.now() + (failure.retryAfterMs ?? 0));
  }

  /** It is time to stop: nobody is sent to look any more, and those in line go at once. */
  end(): void {
    this.#probing?.cancel();
    this.#slots.resize(Number.POSITIVE_INFINITY);
  }

  #open(): void {
    this.#state = 'down';
    this.#resize(1);
    this.#probeLater();
  }

  #probeLater(): void {
    this.#probing = this.#deps.clock.after(PROBE_EVERY_MS, () => {
      if (this.holdMs() === 0) this.#deps.probe();
      this.#probeLater();
    });
  }

  #resize(width: number): void {
    this.#width = width;
    this.#slots.resize(width);
  }
}
