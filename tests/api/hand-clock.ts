import type { Clock } from '../../src/kit/clock.ts';

/** A clock that only moves by hand. */
export class HandClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<{ atMs: number; task: () => void }>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): { cancel(): void } {
    const timer = { atMs: this.#nowMs + delayMs, task };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** Whether a timer is due in exactly this time. */
  hasTimer(inMs: number): boolean {
    return [...this.#timers].some(({ atMs }) => atMs === this.#nowMs + inMs);
  }

  move(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) {
      if (timer.atMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.task();
    }
  }
}

/** Lets seconds pass, and everything happen that they bring about. */
export async function pass(clock: Pick<HandClock, 'move'>, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    clock.move(1_000);
  }
}
