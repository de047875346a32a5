import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { JoinRequestStore, Wish } from '../../../ports/join-requests.ts';
import { MAX_ASKING } from '../../shared/join-requests.ts';
import type { Database } from '../database.ts';

/** Who is known to have asked to join groups. */
export class SqliteJoinRequestStore implements JoinRequestStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#sql = prepare(db);
  }

  wait(sessionId: SessionId, { groupId, names }: Wish): Promise<void> {
    return this.#db.write(() => {
      // A session that was removed meanwhile leaves nothing.
      if (!this.#sql.session.get(sessionId)) return;
      const nowMs = this.#clock.now();
      for (const name of names) this.#sql.add.run(sessionId, groupId, name, nowMs);
      this.#sql.trim.run({ sessionId, max: MAX_ASKING });
    });
  }

  forget(sessionId: SessionId, { groupId, names }: Wish): Promise<void> {
    return this.#db.write(() => {
      for (const name of names) this.#sql.remove.run(sessionId, groupId, name);
    });
  }

  known(sessionId: SessionId, { groupId, names }: Wish): Promise<ReadonlySet<string>> {
    return this.#db.read(() => {
      const found = names.filter((name) => this.#sql.has.get(sessionId, groupId, name) !== undefined);
      return new Set(found);
    });
  }
}

function prepare(db: Database) {
  return {
    session: db.prepare<[SessionId]>('SELECT 1 FROM sessions WHERE session_id = ?'),
    add: db.prepare<[SessionId, string, string, number]>(
      'INSERT OR REPLACE INTO join_requests (session_id, group_id, person, asked_at_ms) VALUES (?, ?, ?, ?)',
    ),
    remove: db.prepare<[SessionId, string, string]>(
      'DELETE FROM join_requests WHERE session_id = ? AND group_id = ? AND person = ?',
    ),
    has: db.prepare<[SessionId, string, string]>(
      'SELECT 1 FROM join_requests WHERE session_id = ? AND group_id = ? AND person = ?',
    ),
    trim: db.prepare<[{ sessionId: SessionId; max: number }]>(
      `DELETE FROM join_requests WHERE session_id = @sessionId AND (group_id, person) IN
         (SELECT group_id, person FROM join_requests WHERE session_id = @sessionId
          ORDER BY asked_at_ms DESC LIMIT -1 OFFSET @max)`,
    ),
  };
}
