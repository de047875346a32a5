import type { Clock, Timer } from '../../kit/clock.ts';
import type { ConnectionManager } from './connection-manager.ts';

/** A connection that comes back within this time was never lost for anybody outside (contract 1.1). */
const GRACE_MS = 10_000;

/** What happens when a timer of a state fires. */
export interface StateTimersDeps {
  clock: Clock;
  connections: Pick<ConnectionManager, 'pauseChanges'>;
  /** Called with the {@link ConnectionManager.pauseChanges} when it began. */
  graceOver: (pauseChanges: number) => void;
  banOver: () => void;
}

/** The timers that states of a session carry; leaving the state cancels them. */
export class StateTimers {
  readonly #deps: StateTimersDeps;

  constructor(deps: StateTimersDeps) {
    this.#deps = deps;
  }

  /** Fires when a lost connection has been away for too long to stay unnoticed. */
  grace(): Timer {
    const { clock, connections, graceOver } = this.#deps;
    const { pauseChanges } = connections;
    return clock.after(GRACE_MS, () => graceOver(pauseChanges));
  }

  /** Fires when a temporary ban ends (Unix ms). Nothing of ours may touch the account before that; `null` has no timer. */
  banEnd(atMs: number | null): Timer | undefined {
    if (atMs === null) return undefined;
    const { clock, banOver } = this.#deps;
    return clock.after(Math.max(0, atMs - clock.now()), () => banOver());
  }
}
