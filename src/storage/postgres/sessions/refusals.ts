import { type DailyRefusals, dayOf } from '../../../domain/risk.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { RefusalStore } from '../../../ports/storage.ts';
import { REFUSAL_RETENTION_MS } from '../../shared/retention.ts';
import type { Database } from '../database.ts';
import { sql, type Statement } from '../sql.ts';

/** How often WhatsApp refused messages, by day and code. */
export class PostgresRefusalStore implements RefusalStore {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** A session that was removed meanwhile counts nothing. */
  async noted(sessionId: SessionId, code: string): Promise<void> {
    const nowMs = this.#clock.now();
    await this.#db.send(sessionId, (transaction) =>
      transaction.run(
        sql`INSERT INTO refusals (session_id, day_ms, code, count, last_at_ms)
            SELECT ${sessionId}, ${dayOf(nowMs)}::bigint, ${code}, 1, ${nowMs}::bigint
            WHERE EXISTS (SELECT 1 FROM sessions WHERE session_id = ${sessionId})
            ON CONFLICT (session_id, day_ms, code)
              DO UPDATE SET count = refusals.count + 1, last_at_ms = excluded.last_at_ms`,
      ),
    );
  }

  of(sessionId: SessionId, sinceMs: number): Promise<DailyRefusals[]> {
    return this.#db.read<DailyRefusals>(
      sql`SELECT day_ms AS "dayMs", code, count, last_at_ms AS "lastAtMs" FROM refusals
          WHERE session_id = ${sessionId} AND day_ms >= ${dayOf(sinceMs)} AND day_ms <= ${this.#clock.now()}
          ORDER BY day_ms DESC, code COLLATE "C"`,
    );
  }

  /** Removes up to `limit` counts that are older than eight weeks. */
  pruning(limit: number): Statement[] {
    const beforeMs = this.#clock.now() - REFUSAL_RETENTION_MS;
    return [
      sql`DELETE FROM refusals WHERE (session_id, day_ms, code) IN
            (SELECT session_id, day_ms, code FROM refusals WHERE day_ms < ${beforeMs} LIMIT ${limit})`,
    ];
  }
}
