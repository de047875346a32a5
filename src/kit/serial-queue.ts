/** Runs tasks one after the other, in the order in which they were given. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs `task` after all earlier ones; the result is the task's own, and a failed one does not stop the next. */
  run<Result>(task: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#tail.then(task);
    // The caller gets the failure; the queue only needs to know that the task has ended.
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything that was given so far has ended. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}
