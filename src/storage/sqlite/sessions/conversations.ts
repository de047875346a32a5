import { type Database } from 'better-sqlite3';
import { type SessionId } from '../../../domain/session-id.ts';
import { type Clock } from '../../../kit/clock.ts';
import { type ConversationStore, type CountSince } from '../../../ports/storage.ts';
import { promised } from '../promised.ts';

/** With whom each session has spoken, and who began. */
export class SqliteConversationStore implements ConversationStore {
  readonly #clock: Clock;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, clock: Clock) {
    this.#clock = clock;
    this.#sql = prepare(db);
  }

  isKnown(sessionId: SessionId, peer: string): Promise<boolean> {
    return promised(() => this.#sql.known.get(sessionId, peer) !== undefined);
  }

  begun(sessionId: SessionId, peer: string): Promise<void> {
    return promised(() => {
      this.#sql.add.run(sessionId, peer, 1, this.#clock.now());
    });
  }

  begunSince(sessionId: SessionId, sinceMs: number): Promise<CountSince> {
    return promised(() => this.#sql.begunSince.get(sessionId, sinceMs) ?? { count: 0, oldestMs: null });
  }

  /** Somebody wrote; whoever does so within a transaction has it in there. */
  heardOf(sessionId: SessionId, peer: string): void {
    this.#sql.add.run(sessionId, peer, 0, this.#clock.now());
  }
}

function prepare(db: Database) {
  return {
    known: db.prepare<[SessionId, string]>('SELECT 1 FROM conversations WHERE session_id = ? AND peer = ?'),
    add: db.prepare<[SessionId, string, number, number]>(
      'INSERT INTO conversations (session_id, peer, begun_by_us, created_at_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    begunSince: db.prepare<[SessionId, number], CountSince>(
      `SELECT COUNT(*) AS count, MIN(created_at_ms) AS oldestMs FROM conversations
       WHERE session_id = ? AND begun_by_us = 1 AND created_at_ms > ?`,
    ),
  };
}
