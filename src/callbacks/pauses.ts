import { type Clock } from '../kit/clock.ts';

/** Waits that all end at once when it is time to stop. */
export class Pauses {
  readonly #clock: Clock;
  readonly #running = new Set<() => void>();
  #areOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after `delayMs`, or when `end` is called; at once when it was. */
  take(delayMs: number): Promise<void> {
    if (this.#areOver || delayMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.after(delayMs, () => finish());
      const finish = () => {
        timer.cancel();
        this.#running.delete(finish);
        resolve();
      };
      this.#running.add(finish);
    });
  }

  /** Ends all pauses, also those to come. */
  end(): void {
    this.#areOver = true;
    for (const finish of this.#running) finish();
  }
}
