/** Runs tasks one at a time, in the order in which they are added. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs `task` after all earlier ones and settles as it does. A failed task does not stop the next. */
  run<Result>(task: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#tail.then(task);
    // The caller handles the failure; the queue only waits for the end.
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all tasks that were added so far have ended. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}
