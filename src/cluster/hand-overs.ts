import type { SessionId } from '../domain/session-id.ts';
import { type Clock, stopwatch, wait } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import type { ClusterMetrics } from '../ports/metrics.ts';
import type { Ownership, SessionHost } from '../ports/ownership.ts';
import { bounded } from '../kit/bounded.ts';

/** How long the orderly end of a session may take: longer than a send. */
const CLOSE_LIMIT_MS = 20_000;
const PAUSE_MS = 500;

/** The dependencies of {@link HandOvers}. */
export interface HandOversDeps {
  ownership: Pick<Ownership, 'owned' | 'release'>;
  host: Pick<SessionHost, 'handOver' | 'lose'>;
  clock: Clock;
  log: Logger;
  metrics?: Pick<ClusterMetrics, 'handedOver'> | undefined;
}

/** A session that has ended here, and waits for its release. */
interface Ended {
  sessionId: SessionId;
  successor: string | null;
  released: () => void;
}

/** Gives sessions to other nodes: each is ended first. What ends while a release is under way is released next, together. */
export class HandOvers {
  readonly #deps: HandOversDeps;
  readonly #moving = new Set<SessionId>();
  #ended: Ended[] = [];
  #isReleasing = false;
  #isStopped = false;

  constructor(deps: HandOversDeps) {
    this.#deps = deps;
  }

  /** Ends a session and releases it for `successor`. Does nothing if that is under way, or if it is not ours. */
  async give(sessionId: SessionId, successor: string | null): Promise<void> {
    if (this.#moving.has(sessionId) || !this.#deps.ownership.owned.has(sessionId)) return;
    this.#moving.add(sessionId);
    const elapsedMs = stopwatch();
    try {
      await this.#close(sessionId);
      await new Promise<void>((released) => {
        this.#ended.push({ sessionId, successor, released });
        if (!this.#isReleasing) void this.#releaseAll();
      });
      this.#deps.metrics?.handedOver(elapsedMs());
    } finally {
      this.#moving.delete(sessionId);
    }
  }

  /** Whether a session is on its way to another node. */
  isMoving(sessionId: SessionId): boolean {
    return this.#moving.has(sessionId);
  }

  /** No failed release is tried again. */
  stop(): void {
    this.#isStopped = true;
  }

  /** However it ends, the session does not stay half closed. */
  async #close(sessionId: SessionId): Promise<void> {
    const { host, clock, log } = this.#deps;
    try {
      if ((await bounded(host.handOver(sessionId), CLOSE_LIMIT_MS, clock)) !== 'late') return;
      log.warn({ sessionId }, `[${sessionId}] the session did not end in time, and is given to another node as it is`);
    } catch (error) {
      const failure = describeFailure(error);
      log.warn({ sessionId, failure }, `[${sessionId}] the session did not end in order, and is given to another node`);
    }
    host.lose([sessionId]);
  }

  async #releaseAll(): Promise<void> {
    this.#isReleasing = true;
    while (this.#ended.length > 0) {
      const group = this.#ended;
      this.#ended = [];
      const bySuccessor = Map.groupBy(group, ({ successor }) => successor);
      await Promise.all([...bySuccessor].map(([successor, all]) => this.#release(all, successor)));
      for (const { released } of group) released();
    }
    this.#isReleasing = false;
  }

  /** Nobody runs them any more: they must not stay here. */
  async #release(group: readonly Ended[], successor: string | null): Promise<void> {
    const { ownership, clock, log } = this.#deps;
    const sessionIds = group.map(({ sessionId }) => sessionId);
    while (!this.#isStopped) {
      try {
        await ownership.release(sessionIds, successor);
        return;
      } catch (error) {
        log.warn({ sessionIds, failure: describeFailure(error) }, 'sessions could not be released; tried again');
        await wait(clock, PAUSE_MS);
      }
    }
  }
}
