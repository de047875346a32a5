import { type Clock } from './clock.ts';

/** Lets callers wait for a fact: whoever changes something calls {@link Condition.changed}. */
export class ConditionVariable {
  readonly #waiting = new Set<() => void>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something changed: everybody who waits looks again. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** `true` as soon as `fact` holds, `false` when it does not within `timeoutMs`. */
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
