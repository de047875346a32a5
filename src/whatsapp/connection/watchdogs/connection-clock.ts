import type { Clock, Timer } from '../../../kit/clock.ts';

/** The clock of one connection: none of its timers outlives the connection. */
export class ConnectionClock implements Clock {
  readonly #clock: Clock;
  readonly #timers = new Set<Timer>();
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(delayMs: number, task: () => void): Timer {
    if (this.#stopped) return { cancel: () => undefined };
    const set = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer);
      task();
    });
    const timer = {
      cancel: () => {
        this.#timers.delete(timer);
        set.cancel();
      },
    };
    this.#timers.add(timer);
    return timer;
  }

  /** Cancels every timer; timers that are set later never run. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
  }
}
