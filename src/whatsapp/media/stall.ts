import type { Clock, Timer } from '../../kit/clock.ts';

/** How long WhatsApp's media host may neither accept nor send anything. */
const STALL_MS = 30_000;

/** Calls back when a transfer has stalled. */
export class Stall {
  readonly #clock: Clock;
  readonly #stalled: () => void;
  #timer: Timer;

  constructor(clock: Clock, stalled: () => void) {
    this.#clock = clock;
    this.#stalled = stalled;
    this.#timer = clock.after(STALL_MS, stalled);
  }

  /** Restarts the timer, because data moved; also after {@link stop}. */
  moved(): void {
    this.#timer.cancel();
    this.#timer = this.#clock.after(STALL_MS, this.#stalled);
  }

  /** Stops the timer while nothing is expected of the host. */
  stop(): void {
    this.#timer.cancel();
  }
}
