import { type SessionId } from '../../../domain/session-id.ts';
import { type Clock } from '../../../kit/clock.ts';
import { type ConversationStore, type CountSince } from '../../../ports/storage.ts';
import { type Database } from '../database.ts';
import { IN_PERIOD, type Period } from './period.ts';

/** The people that each session has talked to, and who wrote first. */
export class SqliteConversationStore implements ConversationStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#sql = prepare(db);
  }

  /** Uncommitted: the message that this lets pass is stored after it, and leaves only when that is on disk. */
  isKnown(sessionId: SessionId, peer: string): Promise<boolean> {
    return this.#db.readUncommitted(() => this.#sql.known.get(sessionId, peer) !== undefined);
  }

  begun(sessionId: SessionId, peer: string): Promise<void> {
    return this.#db.write(() => {
      this.#sql.add.run(sessionId, peer, 1, this.#clock.now());
    });
  }

  /** Uncommitted, for the same reason as {@link isKnown}. */
  begunSince(sessionId: SessionId, sinceMs: number): Promise<CountSince> {
    return this.#db.readUncommitted(
      () => this.#sql.begunSince.get({ sessionId, sinceMs, nowMs: this.#clock.now() }) ?? NONE,
    );
  }

  /** Records that somebody wrote to us, within the caller's transaction. */
  heardFrom(sessionId: SessionId, peer: string): void {
    this.#sql.add.run(sessionId, peer, 0, this.#clock.now());
  }
}

const NONE: CountSince = { count: 0, oldestMs: null };

function prepare(db: Database) {
  return {
    known: db.prepare<[SessionId, string]>('SELECT 1 FROM conversations WHERE session_id = ? AND peer = ?'),
    add: db.prepare<[SessionId, string, number, number]>(
      'INSERT INTO conversations (session_id, peer, begun_by_us, created_at_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    begunSince: db.prepare<[Period], CountSince>(
      `SELECT COUNT(*) AS count, MIN(created_at_ms) AS oldestMs FROM conversations
       WHERE ${IN_PERIOD} AND begun_by_us = 1`,
    ),
  };
}
