import type { SessionId } from '../domain/session-id.ts';
import type { Clock, Timer } from '../kit/clock.ts';
import type { RetryDelay } from './retry-policy.ts';

/** A running pause. */
interface Pause {
  sessionId: SessionId;
  endsAtMs: number;
  /** Until this moment the backend has asked us to stay away. */
  heldUntilMs: number;
  timer: Timer;
  finish: () => void;
}

/** The pauses of the sessions between two attempts. They end early when the backend is back, or at shutdown. */
export class Pauses {
  readonly #clock: Clock;
  readonly #running = new Set<Pause>();
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after the delay, or when the pause is ended; at once after {@link stop}. */
  wait(sessionId: SessionId, { delayMs, requestedMs }: RetryDelay): Promise<void> {
    if (this.#isStopped || delayMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const now = this.#clock.monotonic();
      const finish = () => {
        pause.timer.cancel();
        this.#running.delete(pause);
        resolve();
      };
      const timer = this.#clock.after(delayMs, finish);
      const pause: Pause = { sessionId, endsAtMs: now + delayMs, heldUntilMs: now + requestedMs, timer, finish };
      this.#running.add(pause);
    });
  }

  /** Ends the pauses of this session. */
  endOf(sessionId: SessionId): void {
    for (const pause of [...this.#running]) if (pause.sessionId === sessionId) pause.finish();
  }

  /** Ends the pause that would be the first to end, unless the backend asked for the rest of it. */
  endNearest(): void {
    const now = this.#clock.monotonic();
    const free = [...this.#running].filter(({ heldUntilMs }) => heldUntilMs <= now);
    const [nearest] = free.sort((a, b) => a.endsAtMs - b.endsAtMs);
    nearest?.finish();
  }

  /** Cuts all pauses down to what the backend asked for. */
  shortenAll(): void {
    for (const pause of [...this.#running]) this.#shorten(pause);
  }

  /** Ends all pauses, including those to come. */
  stop(): void {
    this.#isStopped = true;
    for (const pause of [...this.#running]) pause.finish();
  }

  #shorten(pause: Pause): void {
    const restMs = pause.heldUntilMs - this.#clock.monotonic();
    if (restMs <= 0) {
      pause.finish();
      return;
    }
    pause.timer.cancel();
    pause.timer = this.#clock.after(restMs, pause.finish);
    pause.endsAtMs = pause.heldUntilMs;
  }
}
