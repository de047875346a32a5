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

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, task) {
    let timer: NodeJS.Timeout;
    const set = (restMs: number): void => {
      const stepMs = Math.min(restMs, LONGEST_MS);
      timer = setTimeout(() => (restMs > stepMs ? set(restMs - stepMs) : task()), stepMs);
      timer.unref();
    };
    set(delayMs);
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
