import type { PhoneNumber } from '../domain/address.ts';
import { StorageUnavailableError } from '../domain/errors.ts';
import type { SessionId } from '../domain/session-id.ts';
import { type Clock, wait } from '../kit/clock.ts';
import type { ClusterMetrics } from '../ports/metrics.ts';
import type { NumberLock, Ownership, Placement, SessionHost } from '../ports/ownership.ts';

/** How long another node has to hand a session over, and how often it is asked. */
const LIMIT_MS = 15_000;
const PAUSE_MS = 100;

/** The dependencies of {@link ClusterPlacement}. */
export interface PlacementDeps {
  ownership: Pick<Ownership, 'owned' | 'take'>;
  /** What runs the sessions here: it needs the placement, and is made after it. */
  host: () => Pick<SessionHost, 'adopt'>;
  /** Whether a session that this node owns is on its way to another one. */
  isMoving: (sessionId: SessionId) => boolean;
  lock: NumberLock;
  aliasOf: (sessionId: SessionId) => Promise<SessionId | undefined>;
  clock: Clock;
  metrics?: Pick<ClusterMetrics, 'claimed'> | undefined;
}

/** Brings the sessions of one number together on this node. */
export class ClusterPlacement implements Placement {
  readonly #deps: PlacementDeps;

  constructor(deps: PlacementDeps) {
    this.#deps = deps;
  }

  announcing<Result>(number: PhoneNumber, work: () => Promise<Result>): Promise<Result> {
    return this.#deps.lock.holding(number, work);
  }

  /** @throws StorageUnavailableError if its owner has not handed it over in time: it may later */
  async bring(sessionId: SessionId): Promise<void> {
    const { ownership, isMoving, host, clock, metrics } = this.#deps;
    const isOurs = ownership.owned.has(sessionId);
    const endMs = clock.monotonic() + LIMIT_MS;
    while (isMoving(sessionId) || !(await ownership.take(sessionId)) || isMoving(sessionId)) {
      if (clock.monotonic() >= endMs) throw new StorageUnavailableError('its owner does not hand it over');
      await wait(clock, PAUSE_MS);
    }
    if (!isOurs) metrics?.claimed(1);
    await host().adopt([sessionId]);
  }

  async resolve(sessionId: SessionId): Promise<SessionId> {
    return (await this.#deps.aliasOf(sessionId)) ?? sessionId;
  }
}
