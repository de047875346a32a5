const LOOK_EVERY_MS = 100;

/**
 * The time as this process could use it: it stands still while a busy machine works for others, and while everybody here waits.
 * Milliseconds since the Unix epoch, beginning with the present.
 */
export class CpuClock {
  readonly #begin = Date.now();
  readonly #used = process.cpuUsage();

  readonly now = (): number => {
    const { user, system } = process.cpuUsage(this.#used);
    return this.#begin + Math.round((user + system) / 1000);
  };

  /** Runs `task` when so much time has passed, unless it is cancelled. */
  readonly after = (delayMs: number, task: () => void): { cancel(): void } => {
    const at = this.now() + delayMs;
    const timer = setInterval(() => {
      if (this.now() < at) return;
      clearInterval(timer);
      task();
    }, LOOK_EVERY_MS);
    return { cancel: () => clearInterval(timer) };
  };
}
