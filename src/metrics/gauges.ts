import { type CallbackCounts } from '../ports/callbacks.ts';
import { BREAKER_STATES, type BreakerState } from '../ports/metrics.ts';
import { type SessionStatus } from '../domain/session.ts';
import { type Instruments } from './instruments.ts';

/** What is looked at when somebody asks, since it is kept somewhere already. */
export interface Standings {
  sessions: { counts(): Promise<Record<SessionStatus, number>> };
  /** As `GET /health` tells it: `ok` says whether the storage takes what it is given. */
  health: { report(): Promise<{ ok: boolean; backend: 'unknown' | 'up' | 'down'; callbacks: CallbackCounts }> };
  breaker: () => BreakerState;
}

/** How things stand, looked at in the moment in which somebody asks. */
export class Gauges {
  readonly #sessions;
  readonly #pending;
  readonly #dead;
  readonly #oldest;
  readonly #backendUp;
  readonly #breaker;
  readonly #storageUp;
  #standings: Standings | undefined;

  constructor(make: Instruments) {
    this.#sessions = make.gauge('sessions', 'Sessions by status.', ['status']);
    this.#pending = make.gauge('callbacks_pending', 'Callbacks that wait.');
    this.#dead = make.gauge('callbacks_dead', 'Callbacks that were given up.');
    this.#oldest = make.gauge('callbacks_oldest_pending_seconds', 'How long the oldest waits.');
    this.#backendUp = make.gauge('backend_up', '0 while the backend accepts no callbacks.');
    this.#breaker = make.gauge('breaker', '1 for the state of the breaker before the backend.', ['state']);
    this.#storageUp = make.gauge('storage_up', '0 while the storage takes nothing.');
  }

  watch(standings: Standings): void {
    this.#standings = standings;
  }

  async look(): Promise<void> {
    if (!this.#standings) return;
    const { sessions, health, breaker } = this.#standings;
    for (const [status, count] of Object.entries(await sessions.counts())) this.#sessions.set({ status }, count);
    for (const state of BREAKER_STATES) this.#breaker.set({ state }, state === breaker() ? 1 : 0);
    const { ok, backend, callbacks } = await health.report();
    this.#storageUp.set(ok ? 1 : 0);
    this.#backendUp.set(backend === 'down' ? 0 : 1);
    // A storage that fails does not know; what was known last is nearer to the truth than nothing.
    if (ok) this.#setCallbacks(callbacks);
  }

  #setCallbacks({ pending, deadLettered, oldestPendingSeconds }: CallbackCounts): void {
    this.#pending.set(pending);
    this.#dead.set(deadLettered);
    this.#oldest.set(oldestPendingSeconds);
  }
}
