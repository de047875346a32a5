import type { SessionStatus } from '../domain/session.ts';
import type { CallbackCounts } from '../ports/callbacks.ts';
import { BREAKER_STATES, type BreakerState } from '../ports/metrics.ts';
import type { SinkBacklog } from '../ports/sink.ts';
import type { Instruments } from './instruments.ts';

/** The state that the gauges read when somebody scrapes them. */
export interface GaugeSources {
  sessions: { ownCounts(): Record<SessionStatus, number> };
  /** As in `GET /health`: `ok` says whether the storage accepts writes. */
  health: {
    report(): Promise<{
      ok: boolean;
      backend: 'unknown' | 'up' | 'down';
      callbacks: CallbackCounts;
      sink: SinkBacklog | null;
    }>;
  };
  breaker: () => BreakerState;
  /** The sessions whose oldest webhook keeps failing. */
  blocked: () => number;
  /** What the database takes, and may take at most, in bytes. */
  database: { bytes(): Promise<number>; readonly maxBytes: number };
}

/** Metrics of the current state, which are read at each scrape. */
export class Gauges {
  readonly #sessions;
  readonly #pending;
  readonly #dead;
  readonly #oldest;
  readonly #blocked;
  readonly #backendUp;
  readonly #breaker;
  readonly #storageUp;
  readonly #databaseBytes;
  readonly #databaseMax;
  readonly #sinkPending;
  readonly #sinkOldest;
  #sources: GaugeSources | undefined;

  constructor(make: Instruments) {
    this.#sessions = make.gauge('sessions', 'Current sessions by status.', ['status']);
    this.#pending = make.gauge('callbacks_pending', 'Current pending webhooks.');
    this.#dead = make.gauge('callbacks_dead', 'Current dead letters.');
    this.#oldest = make.gauge('callbacks_oldest_pending_seconds', 'Age of the oldest pending webhook.');
    this.#blocked = make.gauge('sessions_blocked', 'Sessions whose oldest webhook keeps failing.');
    this.#backendUp = make.gauge('backend_up', '0 while the last webhook was not accepted, else 1.');
    this.#breaker = make.gauge('breaker', "1 for the breaker's current state, 0 for the others.", ['state']);
    this.#storageUp = make.gauge('storage_up', '0 while the storage cannot write, else 1.');
    this.#databaseBytes = make.gauge('database_bytes', 'What is in use of the SQLite file, and its write-ahead log.');
    this.#databaseMax = make.gauge('database_max_bytes', 'DATABASE_MAX_SIZE; 0 is no limit.');
    this.#sinkPending = make.gauge('sink_pending', 'Current events that wait for SINK_DATABASE_URL.');
    this.#sinkOldest = make.gauge(
      'sink_oldest_pending_seconds',
      'Age of the oldest event that waits for SINK_DATABASE_URL.',
    );
  }

  watch(sources: GaugeSources): void {
    this.#sources = sources;
  }

  /** Reads the current state. */
  async update(): Promise<void> {
    if (!this.#sources) return;
    const { sessions, health, breaker, blocked, database } = this.#sources;
    this.#blocked.set(blocked());
    for (const [status, count] of Object.entries(sessions.ownCounts())) this.#sessions.set({ status }, count);
    for (const state of BREAKER_STATES) this.#breaker.set({ state }, state === breaker() ? 1 : 0);
    this.#databaseBytes.set(await database.bytes());
    this.#databaseMax.set(database.maxBytes);
    const { ok, backend, callbacks, sink } = await health.report();
    this.#storageUp.set(ok ? 1 : 0);
    this.#backendUp.set(backend === 'down' ? 0 : 1);
    // A failing storage cannot count its callbacks: their last values are closer to the truth than zeros.
    if (ok) this.#setCallbacks(callbacks);
    if (!sink) return;
    this.#sinkPending.set(sink.pending);
    this.#sinkOldest.set(sink.oldestPendingSeconds);
  }

  #setCallbacks({ pending, deadLettered, oldestPendingSeconds }: CallbackCounts): void {
    this.#pending.set(pending);
    this.#dead.set(deadLettered);
    this.#oldest.set(oldestPendingSeconds);
  }
}
