import { type Clock, type Timer } from '../../kit/clock.ts';

/** WhatsApp's media host has to take something, or say something, at least this often. */
const STALL_MS = 30_000;

/** Calls back when nothing has moved for too long. */
export class Stall {
  readonly #clock: Clock;
  readonly #stalled: () => void;
  #timer: Timer;

  constructor(clock: Clock, stalled: () => void) {
    this.#clock = clock;
    this.#stalled = stalled;
    this.#timer = clock.after(STALL_MS, stalled);
  }

  /** Something moved: the time begins anew, also after {@link stop}. */
  moved(): void {
    this.#timer.cancel();
    this.#timer = this.#clock.after(STALL_MS, this.#stalled);
  }

  /** Nothing is waited for. */
  stop(): void {
    this.#timer.cancel();
  }
}
