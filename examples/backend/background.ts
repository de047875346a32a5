import { report } from './report.ts';

const INTERVAL_MS = 5_000;

/** Runs background work in rounds, one at a time: whenever it is woken, and every five seconds. */
export class Background implements AsyncDisposable {
  readonly #round: () => Promise<void>;
  readonly #running: Promise<void>;
  #isStopped = false;
  #isWoken = true;
  #stopWaiting: () => void = () => undefined;

  /** Starts the first round. A failed round is logged and does not prevent the next one. */
  constructor(round: () => Promise<void>) {
    this.#round = round;
    this.#running = this.#run();
  }

  /** Starts a round as soon as possible. */
  wake(): void {
    this.#isWoken = true;
    this.#stopWaiting();
  }

  /** Stops after the current round. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#stopWaiting();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      this.#isWoken = false;
      await this.#round().catch((error: unknown) => report('Background work failed and will be retried', error));
      await this.#wait();
    }
  }

  #wait(): Promise<void> {
    if (this.#isWoken || this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, INTERVAL_MS);
      this.#stopWaiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
