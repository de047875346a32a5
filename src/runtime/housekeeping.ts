import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import { Supervisor } from '../kit/supervisor.ts';

const HOUR_MS = 3_600_000;

/** A task that runs once an hour; it ends early when the signal is aborted. */
type Chore = (signal: AbortSignal) => Promise<void>;

/** So many rows go at once: some ten milliseconds of work. */
const PIECE = 500;

/** Removes old rows in pieces, between which others are served. Ends early when `signal` is aborted. */
export async function removeInPieces(remove: (limit: number) => Promise<number>, signal: AbortSignal): Promise<void> {
  let removed = PIECE;
  while (removed === PIECE && !signal.aborted) {
    removed = await remove(PIECE);
    await nextTurn();
  }
}

/** Runs, once an hour, the tasks that delete what has passed its retention. */
export class Housekeeping implements AsyncDisposable {
  readonly #chores: readonly Chore[];
  readonly #clock: Clock;
  readonly #supervisor: Supervisor;
  readonly #end = new AbortController();
  #timer: Timer;

  constructor(chores: readonly Chore[], { clock, log }: { clock: Clock; log: Logger }) {
    this.#chores = chores;
    this.#clock = clock;
    this.#supervisor = new Supervisor(log);
    this.#timer = this.#next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer.cancel();
    this.#end.abort();
    await this.#supervisor.idle();
  }

  #next(): Timer {
    return this.#clock.after(HOUR_MS, () => {
      for (const chore of this.#chores) this.#supervisor.run('housekeeping', chore(this.#end.signal));
      this.#timer = this.#next();
    });
  }
}
