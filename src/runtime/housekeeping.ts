import { type Clock, type Timer } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { Supervisor } from '../kit/supervisor.ts';

const HOUR_MS = 3_600_000;

/** A task that runs once an hour. */
type Chore = () => Promise<void>;

/** Runs, once an hour, the tasks that delete what has passed its retention. */
export class Housekeeping implements AsyncDisposable {
  readonly #chores: readonly Chore[];
  readonly #clock: Clock;
  readonly #supervisor: Supervisor;
  #timer: Timer;

  constructor(chores: readonly Chore[], { clock, log }: { clock: Clock; log: Logger }) {
    this.#chores = chores;
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
      for (const chore of this.#chores) this.#supervisor.run('housekeeping', chore());
      this.#timer = this.#next();
    });
  }
}
