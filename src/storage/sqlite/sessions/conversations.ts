import type { Answers } from '../../../domain/risk.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { ConversationStore, CountSince } from '../../../ports/storage.ts';
import type { Database } from '../database.ts';
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
      this.#sql.begun.run(sessionId, peer, this.#clock.now());
    });
  }

  /** Uncommitted, for the same reason as {@link isKnown}. */
  begunSince(sessionId: SessionId, sinceMs: number): Promise<CountSince> {
    return this.#db.readUncommitted(
      () => this.#sql.begunSince.get({ sessionId, sinceMs, nowMs: this.#clock.now() }) ?? NONE,
    );
  }

  /** Uncommitted, for the same reason as {@link isKnown}. */
  answersSince(sessionId: SessionId, sinceMs: number): Promise<Answers> {
    return this.#db.readUncommitted(
      () => this.#sql.answers.get({ sessionId, sinceMs, nowMs: this.#clock.now() }) ?? { begun: 0, answered: 0 },
    );
  }

  /** Records that somebody wrote to us, within the caller's transaction. */
  heardFrom(sessionId: SessionId, peer: string): void {
    const nowMs = this.#clock.now();
    this.#sql.heard.run(sessionId, peer, nowMs, nowMs);
  }
}

const NONE: CountSince = { count: 0, oldestMs: null };

function prepare(db: Database) {
  return {
    known: db.prepare<[SessionId, string]>('SELECT 1 FROM conversations WHERE session_id = ? AND peer = ?'),
    begun: db.prepare<[SessionId, string, number]>(
      `INSERT INTO conversations (session_id, peer, begun_by_us, created_at_ms, answered_at_ms)
       VALUES (?, ?, 1, ?, NULL) ON CONFLICT DO NOTHING`,
    ),
    heard: db.prepare<[SessionId, string, number, number]>(
      `INSERT INTO conversations (session_id, peer, begun_by_us, created_at_ms, answered_at_ms)
       VALUES (?, ?, 0, ?, ?)
       ON CONFLICT DO UPDATE SET answered_at_ms = excluded.answered_at_ms WHERE answered_at_ms IS NULL`,
    ),
    begunSince: db.prepare<[Period], CountSince>(
      `SELECT COUNT(*) AS count, MIN(created_at_ms) AS oldestMs FROM conversations
       WHERE ${IN_PERIOD} AND begun_by_us = 1`,
    ),
    // 0 is that of an earlier version, which did not note answers.
    answers: db.prepare<[Period], Answers>(
      `SELECT COUNT(*) AS begun, COUNT(answered_at_ms) AS answered FROM conversations
       WHERE ${IN_PERIOD} AND begun_by_us = 1 AND answered_at_ms IS NOT 0`,
    ),
  };
}
