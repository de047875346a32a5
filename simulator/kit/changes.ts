interface Waiter {
  holds(): boolean;
  settle(error?: Error): void;
}

/** How long a wait may take, and what the sentence of its failure says. */
export interface WaitOptions {
  /** Milliseconds; 10 000 without it. */
  timeoutMs?: number | undefined;
  /** What was waited for, as it reads after "waited 100 ms for". */
  what?: string | undefined;
}

/** Says that something in the simulator changed, and lets others wait for a fact instead of for a time. */
export class Changes {
  readonly #waiters = new Set<Waiter>();
  #scheduled = false;

  /** Has every waiting condition looked at again, soon and once however often it is called. */
  announce(): void {
    if (this.#scheduled || this.#waiters.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#look();
    });
  }

  /** Resolves once `holds` answers true; rejects with one sentence when that takes longer than `timeoutMs`. */
  until(holds: () => boolean, options: WaitOptions = {}): Promise<void> {
    if (holds()) return Promise.resolve();
    const { timeoutMs = 10_000, what = 'a condition' } = options;
    return new Promise((resolve, reject) => {
      const late = new Error(`The simulator waited ${timeoutMs} ms for ${what}, and it did not come true.`);
      const timer = setTimeout(() => waiter.settle(late), timeoutMs);
      const settle = (error?: Error): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        if (error) reject(error);
        else resolve();
      };
      const waiter: Waiter = { holds, settle };
      this.#waiters.add(waiter);
    });
  }

  /** Rejects every wait that is left: nothing changes any more. */
  end(): void {
    for (const waiter of this.#waiters) waiter.settle(new Error('The simulator has ended.'));
  }

  #look(): void {
    for (const waiter of this.#waiters) {
      try {
        if (waiter.holds()) waiter.settle();
      } catch (error) {
        waiter.settle(new Error('A condition that was waited for threw.', { cause: error }));
      }
    }
  }
}
