import type { Clock, Timer } from '../kit/clock.ts';

/** For how long no login has ended when garbage is collected. */
const QUIET_MS = 5_000;
/** Not more often than this, however often connections are lost. */
const PAUSE_MS = 60_000;
/** Fewer logins leave too little to interrupt anybody for. */
const MIN_LOGINS = 10;

/**
 * Collects the garbage of the start, and later that of many logins, once they are over. A login leaves 0.3 MB, and an idle process makes
 * too little garbage for V8 to collect any: without this, two fifths of what a process with 400 sessions holds are garbage, for hours.
 */
export class SpareMemory implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #collect: () => void;
  #logins = 0;
  #timer: Timer;
  #notBeforeMs = 0;

  /** The start of the process is over. */
  constructor(clock: Clock, collect: () => void) {
    this.#clock = clock;
    this.#collect = collect;
    this.#timer = this.#wait();
  }

  /** A login has succeeded or failed. */
  loginEnded(): void {
    this.#logins += 1;
    if (this.#notBeforeMs > 0 && this.#logins < MIN_LOGINS) return;
    this.#timer.cancel();
    this.#timer = this.#wait();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#timer.cancel();
    return Promise.resolve();
  }

  #wait(): Timer {
    const pauseMs = this.#notBeforeMs - this.#clock.monotonic();
    return this.#clock.after(Math.max(QUIET_MS, pauseMs), () => {
      this.#logins = 0;
      this.#notBeforeMs = this.#clock.monotonic() + PAUSE_MS;
      this.#collect();
    });
  }
}
