import { SessionLostError } from '../domain/errors.ts';
import type { Clock } from '../kit/clock.ts';
import { promisesDone } from '../kit/promises-done.ts';
import { SerialQueue } from '../kit/serial-queue.ts';
import type { Supervisor } from '../kit/supervisor.ts';
import type { Arrival } from './inbound.ts';
import { retryWhileStorageFails } from './state/retry-while-storage-fails.ts';

/** Dependencies of a session's {@link Turns}. */
export interface TurnsDeps {
  /** Names the session in the log. */
  mark: string;
  clock: Clock;
  supervisor: Supervisor;
  /** Whether the session is gone, so that nothing is to be handled any more. */
  isGone: () => boolean;
  /** Handles messages that share a turn. */
  receive: (arrivals: readonly Arrival[]) => Promise<void>;
  /** Whether a message may share a turn with those before it. */
  mayJoin: (arrival: Arrival) => boolean;
}

/** At most this many messages share a turn, so that none waits long for its commit. */
const MAX_BATCH = 50;

/** Handles everything that happens to one session, one thing after the other, in the order in which it happened. */
export class Turns {
  readonly #deps: TurnsDeps;
  readonly #queue = new SerialQueue();
  /** The messages whose turn has not begun, if nothing was queued behind them. */
  #batch: Arrival[] | undefined;
  #isStopping = false;

  constructor(deps: TurnsDeps) {
    this.#deps = deps;
  }

  /** Whether the process is ending. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /**
   * Queues `handle` and returns at once. It is retried for as long as the storage fails, with everything behind it
   * waiting; any other failure is logged, except that another node has the session by now.
   */
  add(what: string, handle: () => Promise<void>): void {
    this.#batch = undefined;
    const { clock, supervisor, mark } = this.#deps;
    const handleUnlessGone = async () => {
      if (!this.#deps.isGone()) await handle();
    };
    const handled = this.#queue.run(() => retryWhileStorageFails(handleUnlessGone, clock, () => this.#isStopping));
    supervisor.run(
      `${mark} ${what}`,
      handled.catch((error: unknown) => {
        if (!(error instanceof SessionLostError)) throw error;
      }),
    );
  }

  /** Queues a message. Messages that arrive in one go, or while others wait for their turn, with nothing in between, share it. */
  addMessage(arrival: Arrival): void {
    const mayJoin = this.#deps.mayJoin(arrival);
    if (mayJoin && this.#batch && this.#batch.length < MAX_BATCH) {
      this.#batch.push(arrival);
      return;
    }
    const batch = [arrival];
    this.add('messages', async () => {
      await promisesDone();
      if (this.#batch === batch) this.#batch = undefined;
      await this.#deps.receive(batch);
    });
    this.#batch = mayJoin ? batch : undefined;
  }

  /** Runs `work` in its turn; the result, or the failure, is the caller's. */
  run<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    return this.#queue.run(work);
  }

  /** The process is ending: stops waiting for a storage that fails. */
  stop(): void {
    this.#isStopping = true;
  }
}
