/** Loaded once by each worker, before its first test file (`environment.js`). */

/** No test waits this long. */
const LONG_MS = 8_000;

/**
 * Baileys leaves timers behind when a connection ends, such as the 30 s after each upload of pre-keys, or the 8 s in which a phone
 * may answer. They do nothing but would keep the tests from ending.
 */
function unrefLongTimers(original: typeof setTimeout): typeof setTimeout {
  const patched = (task: (...args: unknown[]) => void, delayMs?: number, ...args: unknown[]): NodeJS.Timeout => {
    const timer = original(task, delayMs, ...args);
    return (delayMs ?? 0) >= LONG_MS ? timer.unref() : timer;
  };
  return Object.assign(patched, original);
}

globalThis.setTimeout = unrefLongTimers(globalThis.setTimeout);
