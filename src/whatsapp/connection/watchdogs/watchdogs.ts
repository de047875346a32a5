import type { Clock } from '../../../kit/clock.ts';
import { watchAnswers } from './answers.ts';
import { watchCatchUp } from './catch-up.ts';
import { cut, watchClose } from './close.ts';
import { ConnectionClock } from './connection-clock.ts';
import { watchLoginQueries } from './login-queries.ts';
import { watchLocks } from './locks.ts';
import { watchSilence } from './silence.ts';
import { watchStart } from './start.ts';
import type { WatchdogDeps } from './watchdog.ts';

/**
 * Ends a connection on which nothing would ever happen again, although Baileys does not notice; one file for each way
 * in which a connection hangs. Create it right after the socket.
 */
export class Watchdogs {
  /** Its timers end with the connection. */
  readonly clock: Clock;
  readonly #socket: WatchdogDeps['socket'];
  readonly #clock: ConnectionClock;

  constructor(deps: WatchdogDeps) {
    this.#socket = deps.socket;
    this.#clock = new ConnectionClock(deps.clock);
    this.clock = this.#clock;
    const watched: WatchdogDeps & { clock: Clock } = { ...deps, clock: this.#clock };
    watchStart(watched);
    watchLoginQueries(watched);
    watchCatchUp(watched);
    watchAnswers(watched);
    watchSilence(watched);
    watchLocks(watched);
    watchClose(watched);
  }

  /** Cuts the connection now: what is not written yet never leaves. */
  cut(): void {
    cut(this.#socket);
  }

  /** Stops all timers. Call it when the connection is over. */
  stop(): void {
    this.#clock.stop();
  }
}
