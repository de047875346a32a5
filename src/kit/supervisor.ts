import type { Logger } from './logger.ts';

/** Takes promises that nobody else awaits: failures are logged, and a shutdown can wait for the rest. */
export class Supervisor {
  readonly #running = new Set<Promise<void>>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Watches `work`; `what` names it in the log if it fails. */
  run(what: string, work: Promise<unknown>): void {
    const watched: Promise<void> = work.then(
      () => void this.#running.delete(watched),
      (error: unknown) => {
        this.#running.delete(watched);
        this.#log.error({ err: error, what }, 'a background task failed');
      },
    );
    this.#running.add(watched);
  }

  /** Resolves when everything has ended, including what is started meanwhile. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
