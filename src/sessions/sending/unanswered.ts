import type { SentMessageRef } from '../../domain/outgoing.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Supervisor } from '../../kit/supervisor.ts';
import type { SentMessageStore } from '../../ports/storage.ts';

/** WhatsApp acknowledges within about a second, or never. */
const PATIENCE_MS = 10 * 60_000;
const LOOK_EVERY_MS = 30_000;

/** Dependencies of {@link Unanswered}. */
export interface UnansweredDeps {
  sent: Pick<SentMessageStore, 'unanswered'>;
  /** Called for each message that is given up. */
  giveUp: (message: SentMessageRef) => void;
  clock: Clock;
  supervisor: Supervisor;
}

/** Gives up messages that WhatsApp has neither acknowledged nor refused within ten minutes, also those of an earlier process. */
export class Unanswered {
  readonly #deps: UnansweredDeps;
  #timer: Timer;

  constructor(deps: UnansweredDeps) {
    this.#deps = deps;
    this.#timer = this.#next();
  }

  /** Stops looking. */
  stop(): void {
    this.#timer.cancel();
  }

  #next(): Timer {
    return this.#deps.clock.after(LOOK_EVERY_MS, () => {
      this.#deps.supervisor.run('unacknowledged messages', this.#look());
      this.#timer = this.#next();
    });
  }

  async #look(): Promise<void> {
    const { sent, giveUp, clock } = this.#deps;
    for (const message of await sent.unanswered(clock.now() - PATIENCE_MS)) giveUp(message);
  }
}
