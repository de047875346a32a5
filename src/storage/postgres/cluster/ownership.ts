import { Semaphore } from '../../../kit/semaphore.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { NodeRun, Ownership, OwnershipCounts, OwnershipEntry } from '../../../ports/ownership.ts';
import { fragment, type Fragment, sql, type Statement } from '../sql.ts';
import type { Control } from './control.ts';
import type { Fence } from './fence.ts';
import { type Notifications, RELEASED } from './notifications.ts';

/** The dependencies of {@link PostgresOwnership}. */
export interface OwnershipDeps {
  control: Control;
  fence: Fence;
  notifications: Notifications;
  /** Loads what this node needs of sessions before it acts for them. */
  load: (sessionIds: readonly SessionId[]) => Promise<void>;
  /** Resolves when everything that was written is stored. */
  flush: () => Promise<void>;
}

/** How many sessions that were released for this node are taken at once. */
const MAX_RELEASED = 500;

/** What was claimed. */
interface Claimed {
  sessionId: SessionId;
  epoch: number;
}

/** Whether the row's owner is a node that nobody has buried. */
const OWNER_LIVES = fragment`EXISTS (SELECT 1 FROM nodes
  WHERE node_id = owner AND nodes.incarnation = ownership.incarnation AND NOT dead)`;

/** Whether nobody who could still take it has been named as the successor. */
const IS_FOR_ANYBODY = fragment`(wanted_by IS NULL OR changed_at < now() - interval '2 seconds'
  OR NOT EXISTS (SELECT 1 FROM nodes WHERE node_id = wanted_by AND NOT dead AND NOT draining))`;

/** Who owns what, in the table `ownership`. */
export class PostgresOwnership implements Ownership {
  readonly #deps: OwnershipDeps;
  readonly #run: NodeRun;
  /** One change at a time: what the table says is compared with what this node knows. */
  readonly #changing = new Semaphore(1);

  constructor(deps: OwnershipDeps) {
    this.#deps = deps;
    this.#run = deps.fence.run;
  }

  get owned(): ReadonlySet<SessionId> {
    return this.#deps.fence.owned;
  }

  onLost(listener: (sessionIds: readonly SessionId[]) => void): void {
    this.#deps.fence.onLost(listener);
  }

  end(): void {
    this.#deps.fence.end();
  }

  onChange(listener: () => void): void {
    this.#deps.notifications.onChange(listener);
  }

  /** Locks `FOR UPDATE`: a claim waits for nobody, and takes nothing of which a write is under way. */
  async claim(limit: number, released = MAX_RELEASED): Promise<SessionId[]> {
    const { nodeId } = this.#run;
    return this.#taking(
      sql`WITH mine AS MATERIALIZED (
            SELECT session_id FROM ownership WHERE owner IS NULL AND wanted_by = ${nodeId} AND ${this.#mayTake()}
            LIMIT ${Math.min(released, MAX_RELEASED)} FOR UPDATE SKIP LOCKED
          ), free AS MATERIALIZED (
            SELECT session_id FROM ownership
            WHERE owner IS NULL AND wanted_by IS DISTINCT FROM ${nodeId} AND ${IS_FOR_ANYBODY} AND ${this.#mayTake()}
            ORDER BY session_id LIMIT ${limit} FOR UPDATE SKIP LOCKED
          ), orphaned AS MATERIALIZED (
            SELECT session_id FROM ownership JOIN nodes ON node_id = owner AND nodes.incarnation = ownership.incarnation
            WHERE dead AND ${this.#mayTake()}
            LIMIT ${limit}::bigint - (SELECT COUNT(*) FROM free) FOR UPDATE OF ownership SKIP LOCKED
          ) ${this.#takeOver()}
          WHERE session_id IN 
            (SELECT session_id FROM mine UNION ALL SELECT session_id FROM free UNION ALL SELECT session_id FROM orphaned)
          ${RETURNING}`,
    );
  }

  async untaken(): Promise<Map<string, number>> {
    const rows = await this.#deps.control.rows<{ nodeId: string; count: number }>(
      sql`SELECT node_id AS "nodeId", COUNT(session_id) FROM nodes
          LEFT JOIN ownership ON owner IS NULL AND wanted_by = node_id WHERE NOT dead AND NOT draining GROUP BY node_id`,
    );
    return new Map(rows.map(({ nodeId, count }) => [nodeId, count]));
  }

  async take(sessionId: SessionId): Promise<boolean> {
    const { control, fence } = this.#deps;
    if (fence.owned.has(sessionId)) return true;
    await control.run(sql`INSERT INTO ownership (session_id) VALUES (${sessionId}) ON CONFLICT DO NOTHING`);
    const taken = await this.#taking(
      sql`WITH free AS MATERIALIZED (
            SELECT session_id FROM ownership
            WHERE session_id = ${sessionId} AND (owner IS NULL OR NOT ${OWNER_LIVES}) AND ${this.#mayTake()}
            FOR UPDATE
          ) ${this.#takeOver()} WHERE session_id IN (SELECT session_id FROM free) ${RETURNING}`,
    );
    if (taken.includes(sessionId) || fence.owned.has(sessionId)) return true;
    await control.run(
      sql`WITH asked AS (
            UPDATE ownership SET wanted_by = ${this.#run.nodeId}
            WHERE session_id = ${sessionId} AND owner IS NOT NULL AND NOT (${this.#isMine()}) RETURNING owner
          ) SELECT pg_notify(${RELEASED}, owner) FROM asked`,
    );
    return false;
  }

  async asked(): Promise<Map<SessionId, string>> {
    const rows = await this.#deps.control.rows<{ sessionId: SessionId; wantedBy: string }>(
      sql`SELECT session_id AS "sessionId", wanted_by AS "wantedBy" FROM ownership
          WHERE ${this.#isMine()} AND wanted_by IS NOT NULL`,
    );
    return new Map(rows.map(({ sessionId, wantedBy }) => [sessionId, wantedBy]));
  }

  async release(sessionIds: readonly SessionId[], successor: string | null): Promise<void> {
    const { control, fence, flush } = this.#deps;
    await flush();
    fence.remove(sessionIds);
    await this.#change(() =>
      control.run(
        sql`WITH released AS (
              UPDATE ownership SET owner = NULL, incarnation = NULL, wanted_by = ${successor}, changed_at = now()
              WHERE session_id = ANY(${sessionIds}) AND ${this.#isMine()} RETURNING 1
            ) SELECT pg_notify(${RELEASED}, ${successor ?? ''}) WHERE EXISTS (SELECT 1 FROM released)`,
      ),
    );
  }

  async ownerOf(sessionId: SessionId): Promise<OwnershipEntry | undefined> {
    const [row] = await this.#deps.control.rows<Record<'nodeId' | 'incarnation' | 'url', string | null>>(
      sql`SELECT node_id AS "nodeId", nodes.incarnation, url FROM ownership
          LEFT JOIN nodes ON node_id = owner AND nodes.incarnation = ownership.incarnation AND NOT dead
          WHERE session_id = ${sessionId}`,
    );
    if (!row) return undefined;
    const { nodeId, incarnation, url } = row;
    if (nodeId === null || incarnation === null || url === null) return { owner: null };
    return { owner: { nodeId, incarnation, url } };
  }

  async counts(): Promise<OwnershipCounts> {
    const [row] = await this.#deps.control.rows<OwnershipCounts>(
      sql`SELECT COUNT(*) AS "all", COUNT(*) FILTER (WHERE node_id IS NULL) AS unowned FROM ownership
          LEFT JOIN nodes ON node_id = owner AND nodes.incarnation = ownership.incarnation AND NOT dead`,
    );
    return row ?? { all: 0, unowned: 0 };
  }

  #taking(statement: Statement): Promise<SessionId[]> {
    const { control, fence, load } = this.#deps;
    return this.#change(async () => {
      const known = fence.isUncertain ? await this.#unknown() : [];
      const claimed = [...known, ...(await control.rows<Claimed>(statement))];
      const sessionIds = claimed.map(({ sessionId }) => sessionId);
      await load(sessionIds);
      for (const { sessionId, epoch } of claimed) fence.add(sessionId, epoch);
      fence.isUncertain = false;
      // Others may have buried this node meanwhile.
      return sessionIds.filter((sessionId) => fence.owned.has(sessionId));
    });
  }

  async #change<Result>(change: () => Promise<Result>): Promise<Result> {
    const { fence } = this.#deps;
    return this.#changing.run(async () => {
      try {
        return await change();
      } catch (error) {
        fence.isUncertain = true;
        throw error;
      }
    });
  }

  /** What this node owns by the table alone: the answer to an earlier claim was lost, or a release failed. */
  async #unknown(): Promise<Claimed[]> {
    const { control, fence } = this.#deps;
    const rows = await control.rows<Claimed>(
      sql`SELECT session_id AS "sessionId", epoch FROM ownership WHERE ${this.#isMine()}`,
    );
    return rows.filter(({ sessionId }) => !fence.owned.has(sessionId) && !fence.creating.has(sessionId));
  }

  #takeOver(): Fragment {
    const { nodeId, incarnation } = this.#run;
    return fragment`UPDATE ownership SET owner = ${nodeId}, incarnation = ${incarnation}, epoch = epoch + 1,
      wanted_by = NULL, changed_at = now()`;
  }

  #isMine(): Fragment {
    return fragment`owner = ${this.#run.nodeId} AND incarnation = ${this.#run.incarnation}`;
  }

  /** Whether this node may take anything: nobody has buried it, and it is not about to end. */
  #mayTake(): Fragment {
    const { nodeId, incarnation } = this.#run;
    return fragment`EXISTS (SELECT 1 FROM nodes AS me
      WHERE me.node_id = ${nodeId} AND me.incarnation = ${incarnation} AND NOT me.dead AND NOT me.draining)`;
  }
}

const RETURNING = fragment`RETURNING session_id AS "sessionId", epoch`;
