import { type Clock } from '../kit/clock.ts';
import { type SessionId } from '../domain/session-id.ts';

/** How long a session waits, and whether the backend asked for it. */
export interface Wait {
  delayMs: number;
  isAskedFor: boolean;
}

/** A wait that is going on. */
interface Pause {
  sessionId: SessionId;
  isAskedFor: boolean;
  endsAtMs: number;
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
  take(sessionId: SessionId, { delayMs, isAskedFor }: Wait): Promise<void> {
    if (this.#areOver || delayMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.after(delayMs, () => pause.finish());
      const finish = () => {
        timer.cancel();
        this.#running.delete(pause);
        resolve();
      };
      const pause: Pause = { sessionId, isAskedFor, endsAtMs: this.#clock.now() + delayMs, finish };
      this.#running.add(pause);
    });
  }

  /** Ends the waits of this session. */
  endOf(sessionId: SessionId): void {
    for (const pause of [...this.#running]) if (pause.sessionId === sessionId) pause.finish();
  }

  /** Ends the wait that would be the first to end, of those that the backend did not ask for. */
  endNearest(): void {
    const [nearest] = this.#ours().sort((a, b) => a.endsAtMs - b.endsAtMs);
    nearest?.finish();
  }

  /** Ends all waits that the backend did not ask for. */
  endOurs(): void {
    for (const pause of this.#ours()) pause.finish();
  }

  /** Ends all waits, also those to come. */
  end(): void {
    this.#areOver = true;
    for (const pause of [...this.#running]) pause.finish();
  }

  #ours(): Pause[] {
    return [...this.#running].filter(({ isAskedFor }) => !isAskedFor);
  }
}
