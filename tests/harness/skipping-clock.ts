import { type Clock, systemClock, type Timer } from '../../src/kit/clock.ts';

/** A pending timer. */
interface SetTimer {
  atMs: number;
  delayMs: number;
  task: () => void;
  real: Timer;
}

/**
 * The system clock plus the time that a test skips: real sockets take their real time, while waits of seconds and
 * minutes can be skipped.
 */
export class SkippingClock implements Clock {
  #skippedMs = 0;
  readonly #timers = new Set<SetTimer>();

  now(): number {
    return Date.now() + this.#skippedMs;
  }

  monotonic(): number {
    return performance.now() + this.#skippedMs;
  }

  after(delayMs: number, task: () => void): Timer {
    const timer: SetTimer = {
      atMs: this.now() + delayMs,
      delayMs,
      task,
      real: systemClock.after(delayMs, () => this.#run(timer)),
    };
    this.#timers.add(timer);
    return { cancel: () => this.#forget(timer) };
  }

  /** Whether a timer with exactly this delay is pending. */
  hasTimer(delayMs: number): boolean {
    return [...this.#timers].some((timer) => timer.delayMs === delayMs);
  }

  /** Moves forward by `ms` and runs the timers that are due, in order. */
  skip(ms: number): void {
    this.#skippedMs += ms;
    const due = [...this.#timers].filter(({ atMs }) => atMs <= this.now()).sort((a, b) => a.atMs - b.atMs);
    for (const timer of due) this.#run(timer);
    for (const timer of this.#timers) this.#setAgain(timer);
  }

  /** Runs at twenty times its speed until the promise settles. */
  async fastForwardUntil<Result>(promise: Promise<Result>): Promise<Result> {
    const fastForward = setInterval(() => this.skip(1_000), 50);
    try {
      return await promise;
    } finally {
      clearInterval(fastForward);
    }
  }

  #run(timer: SetTimer): void {
    if (!this.#timers.has(timer)) return;
    this.#forget(timer);
    timer.task();
  }

  #setAgain(timer: SetTimer): void {
    timer.real.cancel();
    timer.real = systemClock.after(timer.atMs - this.now(), () => this.#run(timer));
  }

  #forget(timer: SetTimer): void {
    timer.real.cancel();
    this.#timers.delete(timer);
  }
}
