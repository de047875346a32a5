import type { SessionId } from '../../../domain/session-id.ts';
import type { TimelineNote, TimelineWord } from '../../../domain/timeline.ts';
import type { TimelineStore } from '../../../ports/storage.ts';
import { MAX_NOTES } from '../../shared/retention.ts';
import type { Database } from '../database.ts';

/** What happened to each session: its newest notes. */
export class SqliteTimeline implements TimelineStore {
  readonly #db: Database;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#db = db;
    this.#sql = prepare(db);
  }

  of(sessionId: SessionId): Promise<TimelineNote[]> {
    return this.#db.read(() => this.#sql.all.all(sessionId));
  }

  /**
   * Adds a note and removes the oldest beyond the limit, within the caller's transaction. A note that repeats the last one is
   * skipped: a connection that stays down for days, or a renewed QR, must not push out what came before.
   */
  add(sessionId: SessionId, { atMs, what, why }: TimelineNote): void {
    const last = this.#sql.last.get(sessionId);
    if (last?.what === what && last.why === why) return;
    this.#sql.add.run(sessionId, atMs, what, why);
    this.#sql.trim.run(sessionId, sessionId, MAX_NOTES);
  }
}

function prepare(db: Database) {
  return {
    all: db.prepare<[SessionId], TimelineNote>(
      'SELECT at_ms AS atMs, what, why FROM timeline WHERE session_id = ? ORDER BY id',
    ),
    last: db.prepare<[SessionId], Pick<TimelineNote, 'what' | 'why'>>(
      'SELECT what, why FROM timeline WHERE session_id = ? ORDER BY id DESC LIMIT 1',
    ),
    add: db.prepare<[SessionId, number, TimelineWord, string | null]>(
      'INSERT INTO timeline (session_id, at_ms, what, why) VALUES (?, ?, ?, ?)',
    ),
    trim: db.prepare<[SessionId, SessionId, number]>(
      `DELETE FROM timeline WHERE session_id = ? AND id <=
         (SELECT id FROM timeline WHERE session_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    ),
  };
}
