import { type DailyRefusals, dayOf } from '../../../domain/risk.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { RefusalStore } from '../../../ports/storage.ts';
import { REFUSAL_RETENTION_MS } from '../../shared/retention.ts';
import type { Database } from '../database.ts';

/** How often WhatsApp refused messages, by day and code. */
export class SqliteRefusalStore implements RefusalStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#sql = prepare(db);
  }

  noted(sessionId: SessionId, code: string): Promise<void> {
    const nowMs = this.#clock.now();
    return this.#db.write(() => {
      this.#sql.add.run({ sessionId, code, nowMs, dayMs: dayOf(nowMs) });
    });
  }

  of(sessionId: SessionId, sinceMs: number): Promise<DailyRefusals[]> {
    return this.#db.read(() => this.#sql.of.all(sessionId, dayOf(sinceMs), this.#clock.now()));
  }

  /** Removes counts that are older than eight weeks. */
  prune(limit: number): boolean {
    return this.#sql.prune.run(this.#clock.now() - REFUSAL_RETENTION_MS, limit).changes === limit;
  }
}

function prepare(db: Database) {
  return {
    // A session that was removed meanwhile counts nothing.
    add: db.prepare<[{ sessionId: SessionId; code: string; nowMs: number; dayMs: number }]>(
      `INSERT INTO refusals (session_id, day_ms, code, count, last_at_ms)
       SELECT @sessionId, @dayMs, @code, 1, @nowMs WHERE EXISTS (SELECT 1 FROM sessions WHERE session_id = @sessionId)
       ON CONFLICT (session_id, day_ms, code) DO UPDATE SET count = count + 1, last_at_ms = @nowMs`,
    ),
    of: db.prepare<[SessionId, number, number], DailyRefusals>(
      `SELECT day_ms AS dayMs, code, count, last_at_ms AS lastAtMs FROM refusals
       WHERE session_id = ? AND day_ms >= ? AND day_ms <= ? ORDER BY day_ms DESC, code`,
    ),
    prune: db.prepare<[number, number]>(
      `DELETE FROM refusals WHERE (session_id, day_ms, code) IN
         (SELECT session_id, day_ms, code FROM refusals WHERE day_ms < ? LIMIT ?)`,
    ),
  };
}
