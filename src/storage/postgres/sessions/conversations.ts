import { type SessionId } from '../../../domain/session-id.ts';
import { type Clock } from '../../../kit/clock.ts';
import { type ConversationStore, type CountSince } from '../../../ports/storage.ts';
import { type Database } from '../database.ts';
import { type Batch } from '../batch.ts';
import { sql } from '../sql.ts';
import { type Transaction } from '../transaction.ts';

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
      sql`SELECT COUNT(*) AS count, MIN(created_at_ms) AS "oldestMs" FROM conversations
          WHERE session_id = ${sessionId} AND created_at_ms > ${sinceMs} AND created_at_ms <= ${this.#clock.now()}
            AND begun_by_us`,
    );
    return row ?? { count: 0, oldestMs: null };
  }

  /** Records that somebody wrote to us. */
  heardFrom(transaction: Transaction, sessionId: SessionId, peer: string): void {
    void transaction.add(CONVERSATIONS, this.#row(sessionId, peer, false));
  }

  #row(sessionId: SessionId, peer: string, begunByUs: boolean): Row {
    return { sessionId, peer, begunByUs, createdAtMs: this.#clock.now() };
  }
}

/** A row of `conversations`. */
interface Row {
  sessionId: SessionId;
  peer: string;
  begunByUs: boolean;
  createdAtMs: number;
}

/** The first of several rows for a conversation stays. */
const CONVERSATIONS: Batch<Row> = {
  async store(transaction, rows) {
    await transaction.run(
      sql`INSERT INTO conversations (session_id, peer, begun_by_us, created_at_ms)
          SELECT * FROM unnest(${rows.map((row) => row.sessionId)}::text[], ${rows.map((row) => row.peer)}::text[],
            ${rows.map((row) => row.begunByUs)}::boolean[], ${rows.map((row) => row.createdAtMs)}::bigint[])
          ON CONFLICT DO NOTHING`,
    );
    return [];
  },
};
