import type { StorageBounds } from './back-pressure.ts';
import type { SubscriptionCounts } from '../domain/subscription.ts';
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import { Supervisor } from '../kit/supervisor.ts';
import type { DatabaseMetrics } from '../ports/metrics.ts';
import type { SinkBacklog } from '../ports/sink.ts';
import type { DatabaseSpace, Storage } from '../ports/storage.ts';

/** The dependencies of {@link DatabaseBound}. */
export interface DatabaseBoundDeps {
  /** `DATABASE_MAX_SIZE`, in bytes; 0 means no limit. */
  maxBytes: number;
  /** `null` where the database is not ours to keep small: then it does nothing. */
  space: DatabaseSpace | null;
  /** The age of the oldest event that a receiver besides the main backend has not got yet, in seconds; 0 for none. */
  oldestAwaitedSeconds: () => Promise<number>;
  metrics: Pick<DatabaseMetrics, 'shed'>;
  clock: Clock;
  log: Logger;
}

/** The dependencies of {@link createDatabaseBound}. */
interface CreateDeps extends Pick<DatabaseBoundDeps, 'metrics' | 'clock' | 'log'> {
  storage: Pick<Storage, 'space'>;
  webhooks: { health(): Promise<readonly SubscriptionCounts[]> };
  sink: { backlog(): Promise<SinkBacklog | null> };
}

const LOOK_MS = 10_000;
/** Once nothing more may go, it is tried again after some time: what was new meanwhile is old enough then. */
const PAUSE_MS = 300_000;
/** It begins at so much of the limit, and ends at so much. */
const [NEAR, LOW] = [0.9, 0.8];
/** What WhatsApp or a recipient may repeat is recognized for so long at least. */
const KEPT_MS = 3_600_000;
/** How old {@link DatabaseBoundDeps.oldestAwaitedSeconds} may be, and more. */
const MARGIN_MS = 60_000;

/** Keeps the database below its limit: near it, what nobody awaits is removed before its time, the oldest first. */
export class DatabaseBound implements AsyncDisposable {
  readonly #deps: DatabaseBoundDeps;
  readonly #supervisor: Supervisor;
  readonly #end = new AbortController();
  #timer: Timer | undefined;
  #problem: string | null = null;

  constructor(deps: DatabaseBoundDeps) {
    this.#deps = deps;
    this.#supervisor = new Supervisor(deps.log);
  }

  /** Why a larger limit is needed, in a sentence; `null` when it is not. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The limit, in bytes; 0 for none. */
  get maxBytes(): number {
    return this.#deps.maxBytes;
  }

  /** Looks now, and from now on. Does nothing without a limit. */
  start(): void {
    const { space, maxBytes } = this.#deps;
    if (space && maxBytes > 0) this.#supervisor.run('DATABASE_MAX_SIZE', this.#lookAndGoOn(space));
  }

  /** What the database takes, in bytes; 0 where nobody knows. */
  bytes(): Promise<number> {
    return bytesOf(this.#deps.space);
  }

  /** Resolves when the piece that is being removed is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#timer?.cancel();
    await this.#supervisor.idle();
  }

  async #lookAndGoOn(space: DatabaseSpace): Promise<void> {
    await this.#look(space).finally(() => {
      if (this.#end.signal.aborted) return;
      this.#timer = this.#deps.clock.after(this.#problem === null ? LOOK_MS : PAUSE_MS, () => this.start());
    });
  }

  async #look(space: DatabaseSpace): Promise<void> {
    const { maxBytes, metrics, log } = this.#deps;
    const bytes = await space.bytes();
    if (bytes >= maxBytes * NEAR) {
      const beforeMs = await this.#newestToShed();
      const removed = await space.shed({ toBytes: maxBytes * LOW, beforeMs, signal: this.#end.signal });
      metrics.shed(removed);
      log.warn(
        { bytes, removed },
        'the database is close to DATABASE_MAX_SIZE: the oldest of what nobody awaits is removed',
      );
    }
    const isLow = (await space.bytes()) < maxBytes * NEAR;
    this.#problem = isLow || this.#end.signal.aborted ? null : NOTHING_LEFT;
  }

  async #newestToShed(): Promise<number> {
    const { oldestAwaitedSeconds, clock } = this.#deps;
    const awaitedMs = (await oldestAwaitedSeconds()) * 1_000;
    return clock.now() - Math.max(KEPT_MS, awaitedMs === 0 ? 0 : awaitedMs + MARGIN_MS);
  }
}

/** What the database takes, in bytes; 0 where that is not ours to keep small. */
export function bytesOf(space: DatabaseSpace | null): Promise<number> {
  return space?.bytes() ?? Promise.resolve(0);
}

/** Makes what keeps the database below `DATABASE_MAX_SIZE`. */
export function createDatabaseBound(
  { bounds }: { bounds: Pick<StorageBounds, 'maxDatabaseBytes'> },
  { storage, webhooks, sink, metrics, clock, log }: CreateDeps,
): DatabaseBound {
  const oldestAwaitedSeconds = async (): Promise<number> => {
    const [receivers, backlog] = await Promise.all([webhooks.health(), sink.backlog()]);
    return Math.max(0, ...[...receivers, ...(backlog ? [backlog] : [])].map((each) => each.oldestPendingSeconds));
  };
  return new DatabaseBound({
    ...{ maxBytes: bounds.maxDatabaseBytes, space: storage.space, oldestAwaitedSeconds, metrics, clock },
    log: log.child({ part: 'storage' }),
  });
}

const NOTHING_LEFT =
  'The database is close to DATABASE_MAX_SIZE, and only what must be kept is left: raise it, or keep less (CALLBACK_RETENTION, HISTORY_DAYS).';
