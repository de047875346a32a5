/** A timer that was set; `cancel` is harmless when it has already run. */
export interface Timer {
  cancel(): void;
}

/** The only source of time. Handed in, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` once, `delayMs` from now. The timer does not keep the process alive. */
  after(delayMs: number, task: () => void): Timer;
}

/** Node's timers end at once when they are set for longer than this: 24.8 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
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

/** Starts to measure how long something takes: ms, with fractions. For telling people alone; nothing is decided by it. */
export function stopwatch(): () => number {
  const startedMs = performance.now();
  return () => performance.now() - startedMs;
}

/** Resolves `delayMs` from now. */
export function wait(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

/** The time as callbacks and answers carry it: ISO 8601 in UTC, with milliseconds. */
export function isoTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

/** The same, for a time that there may not be. */
export function isoTimeOrNull(unixMs: number | null): string | null {
  return unixMs === null ? null : isoTime(unixMs);
}
