import { type Database } from 'better-sqlite3';
import { type SessionId } from '../../../domain/session-id.ts';
import { type TimelineNote, type TimelineWord } from '../../../domain/timeline.ts';
import { type TimelineStore } from '../../../ports/storage.ts';
import { promised } from '../promised.ts';

/** So many notes are kept of each session. */
const KEPT = 200;

/** What happened to each session, the newest few hundred notes. */
export class SqliteTimeline implements TimelineStore {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  of(sessionId: SessionId): Promise<TimelineNote[]> {
    return promised(() => this.#sql.all.all(sessionId));
  }

  /**
   * Writes a note and lets go of those that are too many; within the transaction of the caller. What the last note says
   * already is not said again: a line that stays away for days, or a QR that is renewed, must not push out what came before.
   */
  add(sessionId: SessionId, { atMs, what, why }: TimelineNote): void {
    const last = this.#sql.last.get(sessionId);
    if (last?.what === what && last.why === why) return;
    this.#sql.add.run(sessionId, atMs, what, why);
    this.#sql.bound.run(sessionId, sessionId, KEPT);
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
    bound: db.prepare<[SessionId, SessionId, number]>(
      `DELETE FROM timeline WHERE session_id = ? AND id <=
         (SELECT id FROM timeline WHERE session_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    ),
  };
}
