import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { JoinRequestStore, Wish } from '../../../ports/join-requests.ts';
import { MAX_ASKING } from '../../shared/join-requests.ts';
import type { Database } from '../database.ts';
import { sql } from '../sql.ts';

/** Who is known to have asked to join groups. */
export class PostgresJoinRequestStore implements JoinRequestStore {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** A session that was removed meanwhile leaves nothing. Arrays, so that the list of the oldest is made once. */
  async wait(sessionId: SessionId, { groupId, names }: Wish): Promise<void> {
    await this.#db.write(sessionId, (transaction) => {
      void transaction.run(
        sql`INSERT INTO join_requests (session_id, group_id, person, asked_at_ms)
            SELECT ${sessionId}, ${groupId}, person, ${this.#clock.now()}::bigint
            FROM (SELECT DISTINCT unnest(${names}::text[]) AS person) AS asking
            WHERE EXISTS (SELECT 1 FROM sessions WHERE session_id = ${sessionId})
            ON CONFLICT (session_id, group_id, person) DO UPDATE SET asked_at_ms = excluded.asked_at_ms`,
      );
      return transaction.run(
        sql`DELETE FROM join_requests WHERE ctid = ANY(ARRAY
              (SELECT ctid FROM join_requests WHERE session_id = ${sessionId}
               ORDER BY asked_at_ms DESC OFFSET ${MAX_ASKING}::bigint))`,
      );
    });
  }

  async forget(sessionId: SessionId, { groupId, names }: Wish): Promise<void> {
    const forgotten = sql`DELETE FROM join_requests
      WHERE session_id = ${sessionId} AND group_id = ${groupId} AND person = ANY(${names}::text[])`;
    await this.#db.write(sessionId, (transaction) => transaction.run(forgotten));
  }

  async known(sessionId: SessionId, { groupId, names }: Wish): Promise<ReadonlySet<string>> {
    const rows = await this.#db.read<{ person: string }>(
      sql`SELECT person FROM join_requests
          WHERE session_id = ${sessionId} AND group_id = ${groupId} AND person = ANY(${names}::text[])`,
    );
    return new Set(rows.map(({ person }) => person));
  }
}
