import { clearTimeout, setTimeout } from 'node:timers';
import { TimerWheel } from './timer-wheel.ts';

/** A timer that was set. */
export interface Timer {
  /** Harmless when the timer has already fired. */
  cancel(): void;
}

/** The only source of time. It is injected, so that tests can move it. */
export interface Clock {
  /**
   * Milliseconds since the Unix epoch. It jumps when somebody corrects the machine's clock, so it is for what people and other
   * machines read, and for what is stored.
   */
  now(): number;
  /** Milliseconds since a moment of its own, with fractions. It never goes back or jumps: every duration is measured by it. */
  monotonic(): number;
  /** Runs `task` once, `delayMs` from now. The timer does not keep the process alive. */
  after(delayMs: number, task: () => void): Timer;
}

/** Node fires a timer at once when its delay is longer than this: 24.8 days. */
const LONGEST_MS = 2 ** 31 - 1;
/** Shorter waits, in ms, are exact, and each has a timer of Node's: they are few at a time, and soon over. */
export const EXACT_BELOW_MS = 2_000;

const wheel = new TimerWheel({
  monotonic: () => performance.now(),
  set(delayMs, task) {
    const timer = setTimeout(task, Math.min(delayMs, LONGEST_MS)).unref();
    return () => clearTimeout(timer);
  },
});

/** The machine's own clock. Waits of two seconds and more end up to 100 ms late, and have one timer of Node's together. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, task) {
    if (delayMs >= EXACT_BELOW_MS) return wheel.after(delayMs, task);
    const timer = setTimeout(task, delayMs).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Starts a stopwatch; the function returns the elapsed ms, with fractions. For reports only: no decision depends on it. */
export function stopwatch(): () => number {
  const startedMs = performance.now();
  return () => performance.now() - startedMs;
}

/** Resolves `delayMs` from now. */
export function wait(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

/** The first millisecond of the year 10000: the format of webhooks cannot express it. */
const END_OF_TIME_MS = Date.UTC(10_000, 0);

/** Whether a time that somebody else sent can be one: strangers send none, negative and absurd ones. `false` for `NaN`. */
export function isCredibleTime(unixMs: number): boolean {
  return unixMs > 0 && unixMs < END_OF_TIME_MS;
}

/** A time in the format of webhooks and responses: ISO 8601 in UTC, with milliseconds. */
export function isoTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

/** {@link isoTime}, or `null` where there is no time. */
export function isoTimeOrNull(unixMs: number | null): string | null {
  return unixMs === null ? null : isoTime(unixMs);
}
