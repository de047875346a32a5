import type { SessionId } from '../../../domain/session-id.ts';
import type { TimelineNote } from '../../../domain/timeline.ts';
import type { TimelineStore } from '../../../ports/storage.ts';
import { MAX_NOTES } from '../../shared/retention.ts';
import type { Database } from '../database.ts';
import { sql } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** What happened to each session: its newest notes. */
export class PostgresTimeline implements TimelineStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  of(sessionId: SessionId): Promise<TimelineNote[]> {
    return this.#db.read(
      sql`SELECT at_ms AS "atMs", what, why FROM timeline WHERE session_id = ${sessionId} ORDER BY id`,
    );
  }

  /** Adds a note and removes the oldest beyond the limit. A note that repeats the last one is skipped. */
  add(transaction: Transaction, sessionId: SessionId, { atMs, what, why }: TimelineNote): void {
    void transaction.run(
      sql`INSERT INTO timeline (session_id, at_ms, what, why)
          SELECT ${sessionId}, ${atMs}::bigint, ${what}, ${why}::text
          WHERE NOT EXISTS (SELECT 1 FROM timeline WHERE what = ${what} AND why IS NOT DISTINCT FROM ${why}::text
            AND id = (SELECT MAX(id) FROM timeline WHERE session_id = ${sessionId}))`,
    );
    void transaction.run(
      sql`DELETE FROM timeline WHERE session_id = ${sessionId} AND id <=
            (SELECT id FROM timeline WHERE session_id = ${sessionId} ORDER BY id DESC LIMIT 1 OFFSET ${MAX_NOTES}::bigint)`,
    );
  }

  /** As {@link add}, unless the session is gone. */
  addIfThere(transaction: Transaction, sessionId: SessionId, note: TimelineNote): Promise<void> {
    return transaction.row(sql`SELECT 1 FROM sessions WHERE session_id = ${sessionId}`).then((session) => {
      if (session) this.add(transaction, sessionId, note);
    });
  }
}
