import type { Clock, Timer } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';

/** The dependencies of {@link Ticker}. */
export interface TickerDeps {
  /** Names the work in the log. */
  what: string;
  everyMs: number;
  work: () => Promise<void>;
  clock: Clock;
  log: Logger;
}

/** Does something regularly, and sooner if somebody asks for it; one run at a time. A failure is logged, the next run follows. */
export class Ticker {
  readonly #deps: TickerDeps;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #isWanted = false;
  #isStopped = false;
  #hasFailed = false;

  constructor(deps: TickerDeps) {
    this.#deps = deps;
  }

  /** Runs at once, or again as soon as the current run ends; and regularly from then on. */
  nudge(): void {
    if (this.#isStopped) return;
    if (this.#running) {
      this.#isWanted = true;
      return;
    }
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(this.#deps.everyMs, () => this.nudge());
    this.#isWanted = false;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#isWanted) this.nudge();
    });
  }

  /** No run begins any more. Does not wait for the current one. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Resolves when the current run has ended. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** A database that is away fails every run: the log says it once. */
  async #run(): Promise<void> {
    const { what, work, log } = this.#deps;
    try {
      await work();
      if (this.#hasFailed) log.info({ what }, 'the cluster works again');
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) log.warn({ what, failure: describeFailure(error) }, 'work for the cluster failed');
      this.#hasFailed = true;
    }
  }
}
