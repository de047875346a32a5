import { type Clock, type Timer } from '../kit/clock.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type Wait } from './retry-policy.ts';

/** A wait that is going on. */
interface Pause {
  sessionId: SessionId;
  endsAtMs: number;
  /** Before this the backend does not want to hear from us. */
  heldUntilMs: number;
  timer: Timer;
  finish: () => void;
}

/** The waits of the sessions between two tries, which also end early: when the backend is back, or the process ends. */
export class Pauses {
  readonly #clock: Clock;
  readonly #running = new Set<Pause>();
  #areOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after the delay, or when it is ended; at once when all are over. */
  take(sessionId: SessionId, { delayMs, askedMs }: Wait): Promise<void> {
    if (this.#areOver || delayMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const now = this.#clock.now();
      const finish = () => {
        pause.timer.cancel();
        this.#running.delete(pause);
        resolve();
      };
      const timer = this.#clock.after(delayMs, finish);
      const pause: Pause = { sessionId, endsAtMs: now + delayMs, heldUntilMs: now + askedMs, timer, finish };
      this.#running.add(pause);
    });
  }

  /** Ends the waits of this session. */
  endOf(sessionId: SessionId): void {
    for (const pause of [...this.#running]) if (pause.sessionId === sessionId) pause.finish();
  }

  /** Ends the wait that would be the first to end, unless the backend asked for what is left of it. */
  endNearest(): void {
    const now = this.#clock.now();
    const free = [...this.#running].filter(({ heldUntilMs }) => heldUntilMs <= now);
    const [nearest] = free.sort((a, b) => a.endsAtMs - b.endsAtMs);
    nearest?.finish();
  }

  /** Ends all waits, but for what the backend asked for. */
  shorten(): void {
    for (const pause of [...this.#running]) this.#shorten(pause);
  }

  /** Ends all waits, also those to come. */
  end(): void {
    this.#areOver = true;
    for (const pause of [...this.#running]) pause.finish();
  }

  #shorten(pause: Pause): void {
    const restMs = pause.heldUntilMs - this.#clock.now();
    if (restMs <= 0) {
      pause.finish();
      return;
    }
    pause.timer.cancel();
    pause.timer = this.#clock.after(restMs, pause.finish);
    pause.endsAtMs = pause.heldUntilMs;
  }
}
