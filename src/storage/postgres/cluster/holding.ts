import { SessionLostError } from '../../../domain/errors.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Ownership } from '../../../ports/ownership.ts';
import { fragment, type Fragment, sql } from '../sql.ts';
import type { Transaction } from '../transaction.ts';
import type { Fence } from './fence.ts';

/** The sessions that this process has, as the stores ask for them. */
export interface Holding {
  /** `null` when it has all of them. */
  owned(): SessionId[] | null;
  /** Makes a session this process's own when nobody owns it: a removed one, whose callbacks were all settled. */
  takeOrphan(sessionId: SessionId): Promise<void>;
  /** Runs `create`, which calls {@link add} within the transaction that stores a new session. */
  creating<Result>(sessionId: SessionId, create: () => Promise<Result>): Promise<Result>;
  /** @throws SessionLostError when others have buried this node */
  add(transaction: Transaction, sessionId: SessionId): Promise<void>;
  /** The removed session has no callbacks to deliver: it belongs to nobody now. */
  left(sessionId: SessionId): void;
}

/** A single process has everything. */
export const HAS_ALL: Holding = {
  owned: () => null,
  takeOrphan: () => Promise.resolve(),
  creating: (_, create) => create(),
  add: () => Promise.resolve(),
  left: () => undefined,
};

/** What one of several nodes has. */
export function holdingOf(fence: Fence, ownership: Ownership): Holding {
  const { nodeId, incarnation } = fence.run;
  return {
    owned: () => [...fence.owned],
    async takeOrphan(sessionId) {
      if (fence.owned.has(sessionId) || (await ownership.ownerOf(sessionId)) !== undefined) return;
      await ownership.take(sessionId);
    },
    creating: (sessionId, create) => fence.whileCreating(sessionId, create),
    async add(transaction, sessionId) {
      const added = await transaction.run(
        sql`INSERT INTO ownership (session_id, owner, incarnation, epoch)
            SELECT ${sessionId}, node_id, incarnation, 1 FROM nodes
            WHERE node_id = ${nodeId} AND incarnation = ${incarnation} AND NOT dead FOR KEY SHARE
            ON CONFLICT (session_id) DO UPDATE SET epoch = ownership.epoch
            WHERE ownership.owner = excluded.owner AND ownership.incarnation = excluded.incarnation`,
      );
      if (added === 0) throw new SessionLostError();
      transaction.afterCommit(() => fence.add(sessionId, 1));
    },
    left: (sessionId) => fence.remove([sessionId]),
  };
}

/** Whether a row belongs to a session of this process. */
export function isOwned(holding: Holding): Fragment {
  const owned = holding.owned();
  return owned === null ? fragment`TRUE` : fragment`session_id = ANY(${owned}::text[])`;
}
