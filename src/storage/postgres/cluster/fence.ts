import { type SessionId } from '../../../domain/session-id.ts';
import { type NodeRun } from '../../../ports/ownership.ts';

/** What this node owns, and since which epoch. */
export class Fence {
  readonly run: NodeRun;
  readonly #epochs = new Map<SessionId, number>();
  readonly #owned = new Set<SessionId>();
  readonly #lostListeners: ((sessionIds: readonly SessionId[]) => void)[] = [];

  constructor(run: NodeRun) {
    this.run = run;
  }

  get owned(): ReadonlySet<SessionId> {
    return this.#owned;
  }

  /** Undefined for a session that this node does not own. */
  epochOf(sessionId: SessionId): number | undefined {
    return this.#epochs.get(sessionId);
  }

  /** This node owns the session from this epoch on. */
  add(sessionId: SessionId, epoch: number): void {
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

  onLost(listener: (sessionIds: readonly SessionId[]) => void): void {
    this.#lostListeners.push(listener);
  }

  /** The database has refused a write of these sessions. */
  lost(sessionIds: readonly SessionId[]): void {
    const known = sessionIds.filter((sessionId) => this.#owned.has(sessionId));
    this.remove(known);
    if (known.length > 0) for (const listener of this.#lostListeners) listener(known);
  }
}
