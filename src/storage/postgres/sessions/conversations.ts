import type { Answers } from '../../../domain/risk.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { ConversationStore, CountSince } from '../../../ports/storage.ts';
import type { Database } from '../database.ts';
import type { Batch } from '../batch.ts';
import { given } from '../given.ts';
import { sql } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** The people that each session has talked to, and who wrote first. */
export class PostgresConversationStore implements ConversationStore {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Uncommitted: the message that this lets pass is stored after it, and leaves only when that is durable. */
  async isKnown(sessionId: SessionId, peer: string): Promise<boolean> {
    const rows = await this.#db.readUncommitted(
      sessionId,
      sql`SELECT 1 FROM conversations WHERE session_id = ${sessionId} AND peer = ${peer}`,
    );
    return rows.length > 0;
  }

  async begun(sessionId: SessionId, peer: string): Promise<void> {
    const row = this.#row(sessionId, peer, true);
    await this.#db.send(sessionId, (transaction) => transaction.add(CONVERSATIONS, row));
  }

  /** Uncommitted, for the same reason as {@link isKnown}. */
  async begunSince(sessionId: SessionId, sinceMs: number): Promise<CountSince> {
    const [row] = await this.#db.readUncommitted<CountSince>(
      sessionId,
      sql`SELECT COUNT(*) AS count, MIN(created_at_ms) AS "oldestMs" FROM conversations
          WHERE session_id = ${sessionId} AND created_at_ms > ${sinceMs} AND created_at_ms <= ${this.#clock.now()}
            AND begun_by_us`,
    );
    return row ?? { count: 0, oldestMs: null };
  }

  /** Uncommitted, for the same reason as {@link isKnown}. 0 is that of an earlier version, which did not note answers. */
  async answersSince(sessionId: SessionId, sinceMs: number): Promise<Answers> {
    const [row] = await this.#db.readUncommitted<Answers>(
      sessionId,
      sql`SELECT COUNT(*) AS begun, COUNT(answered_at_ms) AS answered FROM conversations
          WHERE session_id = ${sessionId} AND created_at_ms > ${sinceMs} AND created_at_ms <= ${this.#clock.now()}
            AND begun_by_us AND answered_at_ms IS DISTINCT FROM 0`,
    );
    return row ?? { begun: 0, answered: 0 };
  }

  /** Records that somebody wrote to us. */
  heardFrom(transaction: Transaction, sessionId: SessionId, peer: string): void {
    void transaction.add(CONVERSATIONS, this.#row(sessionId, peer, false));
  }

  #row(sessionId: SessionId, peer: string, begunByUs: boolean): Row {
    const nowMs = this.#clock.now();
    return { sessionId, peer, begunByUs, createdAtMs: nowMs, answeredAtMs: begunByUs ? null : nowMs };
  }
}

/** A row of `conversations`. */
interface Row {
  sessionId: SessionId;
  peer: string;
  begunByUs: boolean;
  createdAtMs: number;
  /** `null` until they wrote. */
  answeredAtMs: number | null;
}

/** The first of several rows for a conversation stays; what they write to one that we began is its answer. */
const CONVERSATIONS: Batch<Row> = {
  async store(transaction, all) {
    const rows = merged(all);
    const written = given({
      session_id: ['text', rows.map((row) => row.sessionId)],
      peer: ['text', rows.map((row) => row.peer)],
      begun_by_us: ['boolean', rows.map((row) => row.begunByUs)],
      created_at_ms: ['bigint', rows.map((row) => row.createdAtMs)],
      answered_at_ms: ['bigint', rows.map((row) => row.answeredAtMs)],
    });
    await transaction.run(
      sql`WITH given AS NOT MATERIALIZED (
            SELECT * FROM ${written}
          ), answered AS (
            UPDATE conversations SET answered_at_ms = given.answered_at_ms FROM given
            WHERE conversations.session_id = given.session_id AND conversations.peer = given.peer
              AND conversations.answered_at_ms IS NULL AND given.answered_at_ms IS NOT NULL
          )
          INSERT INTO conversations (session_id, peer, begun_by_us, created_at_ms, answered_at_ms)
          SELECT session_id, peer, begun_by_us, created_at_ms, answered_at_ms FROM given ON CONFLICT DO NOTHING`,
    );
    return [];
  },
};

/** One row for each conversation: one statement can neither insert nor change a row twice. */
function merged(rows: readonly Row[]): Row[] {
  const byPeer = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.sessionId} ${row.peer}`;
    const first = byPeer.get(key);
    byPeer.set(key, first ? { ...first, answeredAtMs: first.answeredAtMs ?? row.answeredAtMs } : row);
  }
  return [...byPeer.values()];
}
