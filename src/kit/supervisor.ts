import { type Logger } from './logger.ts';

/** Takes promises that nobody awaits: a failure is logged once, and shutdown can wait for the rest. */
export class Supervisor {
  readonly #running = new Set<Promise<void>>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Lets `work` run on its own; `what` says in the log what failed. */
  run(what: string, work: Promise<unknown>): void {
    const watched = work
      .then(() => undefined)
      .catch((error: unknown) => this.#log.error({ err: error, what }, 'a background task failed'))
      .finally(() => this.#running.delete(watched));
    this.#running.add(watched);
  }

  /** Resolves when everything that is running, and what it starts meanwhile, has ended. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
