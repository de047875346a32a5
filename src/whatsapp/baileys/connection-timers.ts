import { AsyncResource } from 'node:async_hooks';
import { type Clock, EXACT_BELOW_MS, systemClock, type Timer } from '../../kit/clock.ts';
import { currentConnection } from './connection-context.ts';

type Task = (...values: unknown[]) => void;
type SetTimer = (task: Task, delayMs?: number, ...values: unknown[]) => unknown;
type ClearTimer = (timer: unknown) => void;

/** Node's functions, as far as they matter here. */
interface Timers {
  setTimeout: SetTimer;
  setInterval: SetTimer;
  clearTimeout: ClearTimer;
  clearInterval: ClearTimer;
}

/**
 * Puts the intervals and long timeouts that are set on a connection on the one timer of all (`kit/timer-wheel.ts`): those of Baileys, of its
 * caches and of its WebSocket. All others stay Node's own. Intervals end with the connection: a cache of Baileys never ends its own, which
 * would keep the whole connection forever.
 */
export function takeTimers(): void {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis as unknown as Timers;
  Object.assign(globalThis, {
    setTimeout: like(setTimeout, (task, delayMs = 1, ...values) =>
      delayMs >= EXACT_BELOW_MS && currentConnection()
        ? new ConnectionTimer(systemClock, { delayMs, task: () => task(...values), repeats: false })
        : setTimeout(task, delayMs, ...values),
    ),
    setInterval: like(setInterval, (task, delayMs = 1, ...values) => {
      const intervals = currentConnection()?.intervals;
      if (!intervals) return setInterval(task, delayMs, ...values);
      return new ConnectionTimer(intervals, { delayMs, task: () => task(...values), repeats: true });
    }),
    clearTimeout: like(clearTimeout, (timer) => clear(timer, clearTimeout)),
    clearInterval: like(clearInterval, (timer) => clear(timer, clearInterval)),
  });
}

/** What Node knows of its own function, such as its form with a promise, is true of ours, too. */
function like<Own extends SetTimer | ClearTimer>(stock: Own, own: Own): Own {
  return Object.defineProperties<Own>(own, Object.getOwnPropertyDescriptors(stock));
}

function clear(timer: unknown, stock: ClearTimer): void {
  if (timer instanceof ConnectionTimer) timer.cancel();
  else stock(timer);
}

/** What a timer does. */
interface Plan {
  delayMs: number;
  task: () => void;
  /** Until it is cleared. */
  repeats: boolean;
}

/** Looks like a timer of Node's, but never keeps the process alive. */
class ConnectionTimer extends AsyncResource {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #plan: Plan;
  #timer: Timer;

  constructor(clock: Pick<Clock, 'after'>, plan: Plan) {
    super('ConnectionTimer', { requireManualDestroy: true });
    this.#clock = clock;
    this.#plan = plan;
    this.#timer = this.#wait();
  }

  cancel(): void {
    this.#timer.cancel();
  }

  refresh(): this {
    this.#timer.cancel();
    this.#timer = this.runInAsyncScope(() => this.#wait());
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return false;
  }

  #wait(): Timer {
    return this.#clock.after(this.#plan.delayMs, () => {
      if (this.#plan.repeats) this.#timer = this.#wait();
      this.#plan.task();
    });
  }
}
