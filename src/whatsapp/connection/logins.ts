import { bounded } from '../../kit/bounded.ts';
import type { Clock } from '../../kit/clock.ts';
import { type ConnectionEventHandler, OPENING_ENDS_WITH } from '../../ports/connection.ts';

/** A login that hangs no longer counts after this time. */
const LOGIN_LIMIT_MS = 5_000;
/** However many logins follow each other, nothing waits for them any longer. */
const WAIT_LIMIT_MS = 30_000;

/**
 * The logins of the process that are under way. What follows a login, and nobody waits for, begins when there are none: of many
 * sessions that come at once, as from a node that ends, each is online sooner.
 */
export class Logins {
  readonly #clock: Clock;
  readonly #onEnded: () => void;
  readonly #underWay = new Set<object>();
  #waiting: (() => void)[] = [];

  /** `ended` is called at the end of each. */
  constructor(clock: Clock, ended: () => void) {
    this.#clock = clock;
    this.#onEnded = ended;
  }

  /** A connection begins to open. Returns its event handler, from which its end is learned. */
  begin(onEvent: ConnectionEventHandler): ConnectionEventHandler {
    const login = {};
    this.#underWay.add(login);
    const limit = this.#clock.after(LOGIN_LIMIT_MS, () => this.#ended(login));
    return (event) => {
      if (OPENING_ENDS_WITH.has(event.kind)) {
        limit.cancel();
        this.#ended(login);
      }
      onEvent(event);
    };
  }

  /** Resolves when no login is under way, or after a while. The clock may be that of a connection: it ends the wait, too. */
  async over(clock: Clock): Promise<void> {
    if (this.#underWay.size === 0) return;
    const over = new Promise<void>((resolve) => this.#waiting.push(resolve));
    await bounded(over, WAIT_LIMIT_MS, clock);
  }

  #ended(login: object): void {
    if (!this.#underWay.delete(login)) return;
    this.#onEnded();
    if (this.#underWay.size > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
