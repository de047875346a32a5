import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import { Supervisor } from '../../kit/supervisor.ts';

/** How long until a store that failed is tried again. */
const RETRY_MS = 5_000;

/** The dependencies of {@link StoreHealth}. */
export interface StoreHealthDeps {
  /** Does what the store is for; throws if it cannot be done. */
  probe: () => Promise<void>;
  clock: Clock;
  log: Logger;
}

/** Whether the store works. One that has failed is probed until it works again. */
export class StoreHealth implements AsyncDisposable {
  readonly #deps: StoreHealthDeps;
  readonly #supervisor: Supervisor;
  #hasFailed = false;
  #isOver = false;
  #timer: Timer | undefined;

  constructor(deps: StoreHealthDeps) {
    this.#deps = deps;
    this.#supervisor = new Supervisor(deps.log);
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** A request failed for a reason that others may share. */
  failed(error: unknown): void {
    if (this.#hasFailed || this.#isOver) return;
    this.#hasFailed = true;
    this.#deps.log.warn({ err: error }, 'the store of media files fails; messages arrive without their files');
    this.#retryLater();
  }

  /** Nothing is probed any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#timer?.cancel();
    await this.#supervisor.idle();
  }

  #retryLater(): void {
    if (this.#isOver) return;
    this.#timer = this.#deps.clock.after(RETRY_MS, () => this.#supervisor.run('the media store', this.#retry()));
  }

  async #retry(): Promise<void> {
    try {
      await this.#deps.probe();
      this.#hasFailed = false;
      this.#deps.log.info('the store of media files works again');
    } catch {
      this.#retryLater();
    }
  }
}
