interface Waiter {
  holds(): boolean;
  settle(error?: Error): void;
}

/** How long a wait may take, and how its error message names what it waited for. */
export interface WaitOptions {
  /** Milliseconds; 10 000 by default. */
  timeoutMs?: number | undefined;
  /** What is waited for, as it reads after "waiting for". */
  what?: string | undefined;
}

/** Announces changes inside the simulator, so that tests wait for a condition instead of sleeping. */
export class Changes {
  readonly #waiters = new Set<Waiter>();
  #scheduled = false;

  /** Has all pending conditions evaluated again soon; several calls in one turn cause one evaluation. */
  announce(): void {
    if (this.#scheduled || this.#waiters.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#look();
    });
  }

  /** Resolves once `holds` returns true; rejects with one sentence after `timeoutMs`. */
  until(holds: () => boolean, options: WaitOptions = {}): Promise<void> {
    if (holds()) return Promise.resolve();
    const { timeoutMs = 10_000, what = 'a condition' } = options;
    return new Promise((resolve, reject) => {
      const late = new Error(`The simulator timed out after ${timeoutMs} ms waiting for ${what}.`);
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

  /** Rejects all pending waits, because nothing changes any more. */
  end(): void {
    for (const waiter of this.#waiters) waiter.settle(new Error('The simulator has ended.'));
  }

  #look(): void {
    for (const waiter of this.#waiters) {
      try {
        if (waiter.holds()) waiter.settle();
      } catch (error) {
        waiter.settle(new Error('The awaited condition threw an error.', { cause: error }));
      }
    }
  }
}
