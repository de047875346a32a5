import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Timer } from '../../src/kit/clock.ts';

/** A pending timer. */
interface SetTimer {
  atMs: number;
  delayMs: number;
  task: () => void;
}

/** A clock that moves only when the test advances it. */
export class ManualClock implements Clock {
  #nowMs: number;
  /** How far somebody has set the time of day. */
  #setByMs = 0;
  #timers: SetTimer[] = [];
  #watchers: (() => void)[] = [];

  /** Starts at `nowMs`, Unix time. */
  constructor(nowMs = Date.UTC(2024, 0, 15, 10, 30)) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs + this.#setByMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  /** Somebody corrects the time of day by `ms`, forwards or backwards. No time passes. */
  set(ms: number): void {
    this.#setByMs += ms;
  }

  after(delayMs: number, task: () => void): Timer {
    const timer = { atMs: this.#nowMs + delayMs, delayMs, task };
    this.#timers.push(timer);
    for (const look of this.#watchers.splice(0)) look();
    return { cancel: () => (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  /**
   * Moves forward by `ms`. Due timers run in order, each at its own time, and one turn of the event loop passes before
   * the next one. A timer set by a timer runs too if it is due within `ms`.
   */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await turn();
    for (let due = this.#takeDue(endMs); due; due = this.#takeDue(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.task();
      await turn();
    }
    this.#nowMs = endMs;
  }

  /** The delays of the pending timers, in the order in which they were set. */
  get timers(): number[] {
    return this.#timers.map(({ delayMs }) => delayMs);
  }

  /** Resolves when a timer with exactly this delay is pending. */
  async untilTimer(delayMs: number): Promise<void> {
    while (!this.timers.includes(delayMs)) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  #takeDue(endMs: number): SetTimer | undefined {
    const [first] = this.#timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
    this.#timers = this.#timers.filter((timer) => timer !== first);
    return first;
  }
}
