import type { Clock } from './clock.ts';

/** Lets callers wait until something holds. Whoever changes what it depends on calls {@link ConditionVariable.changed}. */
export class ConditionVariable {
  readonly #waiting = new Set<() => void>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes every waiting caller check again. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves with `true` as soon as `fact` holds, or with `false` after `timeoutMs`. */
  until(fact: () => boolean, timeoutMs: number): Promise<boolean> {
    if (fact()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (held: boolean) => {
        this.#waiting.delete(look);
        timer.cancel();
        resolve(held);
      };
      const look = () => {
        if (fact()) settle(true);
      };
      const timer = this.#clock.after(timeoutMs, () => settle(false));
      this.#waiting.add(look);
    });
  }
}
