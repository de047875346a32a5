import { SessionLostError } from '../../../domain/errors.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Lease, NodeRun } from '../../../ports/ownership.ts';
import { sql, type Statement } from '../sql.ts';

/** The sessions of a write, and since which epoch this node owns them. */
export type Epochs = ReadonlyMap<SessionId, number>;

/** The code of the error with which a fence refuses: see the function `fence` in `migrations/002-cluster.ts`. */
const REFUSED = 'WA001';

/**
 * What this node owns, and since which epoch. The first statement of a transaction that writes rows of sessions locks their rows in
 * `ownership` until the commit (`FOR KEY SHARE`). Who takes a session over locks its row `FOR UPDATE`: so it waits for what is
 * under way, and what comes later finds another epoch and fails.
 */
export class Fence {
  readonly run: NodeRun;
  readonly #lease: Lease;
  readonly #epochs = new Map<SessionId, number>();
  readonly #owned = new Set<SessionId>();
  readonly #creating = new Set<SessionId>();
  readonly #lostListeners: ((sessionIds: readonly SessionId[]) => void)[] = [];
  #isOver = false;
  /** Whether a statement ended without an answer: this node may own what it does not know of. */
  isUncertain = false;

  constructor(run: NodeRun, lease: Lease) {
    this.run = run;
    this.#lease = lease;
  }

  get owned(): ReadonlySet<SessionId> {
    return this.#owned;
  }

  /** Sessions that may be in the table already, but not in {@link owned}. */
  get creating(): ReadonlySet<SessionId> {
    return this.#creating;
  }

  /** Whether this node may write rows of sessions now. */
  get isLeaseHeld(): boolean {
    return this.#lease.isHeld;
  }

  /** The current epochs; `undefined` when this node does not own all of them. */
  epochsOf(sessionIds: readonly SessionId[]): Epochs | undefined {
    const epochs = new Map<SessionId, number>();
    for (const sessionId of sessionIds) {
      const epoch = this.#epochs.get(sessionId);
      if (epoch === undefined) return undefined;
      epochs.set(sessionId, epoch);
    }
    return epochs;
  }

  /** Whether this node still owns these sessions, without a break. */
  holds(epochs: Epochs): boolean {
    return [...epochs].every(([sessionId, epoch]) => this.#epochs.get(sessionId) === epoch);
  }

  /** This node owns the session from this epoch on, unless it owns nothing any more. */
  add(sessionId: SessionId, epoch: number): void {
    if (this.#isOver) return;
    this.#epochs.set(sessionId, epoch);
    this.#owned.add(sessionId);
  }

  /** From now on nothing of the sessions is written. */
  remove(sessionIds: readonly SessionId[]): void {
    for (const sessionId of sessionIds) {
      this.#epochs.delete(sessionId);
      this.#owned.delete(sessionId);
    }
  }

  /** Others have buried this node: from now on it owns nothing, also nothing of which it is about to hear that it does. */
  end(): void {
    this.#isOver = true;
    this.remove([...this.#owned]);
  }

  /** Runs `create`, which may add the session. @throws SessionLostError when others have buried this node meanwhile */
  async whileCreating<Result>(sessionId: SessionId, create: () => Promise<Result>): Promise<Result> {
    this.#creating.add(sessionId);
    try {
      const created = await create();
      if (this.#isOver) throw new SessionLostError();
      return created;
    } catch (error) {
      this.isUncertain = true;
      throw error;
    } finally {
      this.#creating.delete(sessionId);
    }
  }

  onLost(listener: (sessionIds: readonly SessionId[]) => void): void {
    this.#lostListeners.push(listener);
  }

  /** The first statement of a transaction that writes rows of these sessions. */
  statement(epochs: Epochs): Statement {
    const { nodeId, incarnation } = this.run;
    const [ids, values] = [[...epochs.keys()], [...epochs.values()]];
    return sql`SELECT fence(${ids}::text[], ${values}::bigint[], ${nodeId}, ${incarnation}::uuid)`;
  }

  /** The fence has refused a transaction of these sessions: those that it names are lost, or all when it names none. */
  refused(error: unknown, epochs: Epochs): void {
    const named = namedBy(error).filter((sessionId) => epochs.has(sessionId));
    const lost = (named.length > 0 ? named : [...epochs.keys()]).filter(
      (sessionId) => this.#epochs.get(sessionId) === epochs.get(sessionId),
    );
    this.remove(lost);
    if (lost.length > 0) for (const listener of this.#lostListeners) listener(lost);
  }
}

/** Whether an error is that of a fence. */
export function isRefusal(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === REFUSED;
}

function namedBy(error: unknown): SessionId[] {
  const { detail } = error as { detail?: string };
  return detail === undefined ? [] : (JSON.parse(detail) as SessionId[]);
}
