import { type Clock, type Timer } from './kit/clock.ts';
import { type Logger } from './kit/logger.ts';
import { Supervisor } from './kit/supervisor.ts';
import { type Storage } from './storage/open.ts';

const HOUR_MS = 3_600_000;

/** Removes from the storage, once an hour, what was kept long enough. */
export class Housekeeping implements AsyncDisposable {
  readonly #storage: Pick<Storage, 'prune'>;
  readonly #retentionMs: number;
  readonly #clock: Clock;
  readonly #supervisor: Supervisor;
  #timer: Timer;

  /** `retentionMs` is how long delivered callbacks are kept. */
  constructor(storage: Pick<Storage, 'prune'>, retentionMs: number, { clock, log }: { clock: Clock; log: Logger }) {
    this.#storage = storage;
    this.#retentionMs = retentionMs;
    this.#clock = clock;
    this.#supervisor = new Supervisor(log);
    this.#timer = this.#next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer.cancel();
    await this.#supervisor.idle();
  }

  #next(): Timer {
    return this.#clock.after(HOUR_MS, () => {
      this.#supervisor.run('housekeeping', this.#storage.prune(this.#retentionMs));
      this.#timer = this.#next();
    });
  }
}
