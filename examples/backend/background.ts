import { report } from './report.ts';

const AGAIN_AFTER_MS = 5_000;

/** Work beside the callbacks, one round after the other: when it is woken, and every five seconds. */
export class Background implements AsyncDisposable {
  readonly #round: () => Promise<void>;
  readonly #running: Promise<void>;
  #isOver = false;
  #isWanted = true;
  #stopWaiting: () => void = () => undefined;

  /** Begins with a round. One that fails is told, and followed by the next. */
  constructor(round: () => Promise<void>) {
    this.#round = round;
    this.#running = this.#run();
  }

  /** There is something to do. */
  wake(): void {
    this.#isWanted = true;
    this.#stopWaiting();
  }

  /** Resolves when the round that is going on has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#stopWaiting();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      this.#isWanted = false;
      await this.#round().catch((error: unknown) => report('To be tried again', error));
      await this.#wait();
    }
  }

  #wait(): Promise<void> {
    if (this.#isWanted || this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, AGAIN_AFTER_MS);
      this.#stopWaiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
