import type { SessionId } from '../domain/session-id.ts';

/** People, by their numbers and LIDs, and a group that they want to join. */
export interface Wish {
  groupId: string;
  names: readonly string[];
}

/** Who is known to have asked to join groups: a bounded number of names for each session, the latest. */
export interface JoinRequestStore {
  /** They wait for a decision. A session that does not exist learns nothing. */
  wait(sessionId: SessionId, wish: Wish): Promise<void>;
  /** They wait no longer, or have left. */
  forget(sessionId: SessionId, wish: Wish): Promise<void>;
  /** Those of the names that have asked. */
  known(sessionId: SessionId, wish: Wish): Promise<ReadonlySet<string>>;
}
