import type { PhoneNumber } from '../../../domain/address.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { AccountIdStore } from '../../../ports/storage.ts';
import type { Database } from '../database.ts';
import { sql } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** The session id of each number, and the aliases of sessions. */
export class PostgresAccountIdStore implements AccountIdStore {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async idOf(number: PhoneNumber): Promise<SessionId | undefined> {
    const [row] = await this.#db.read<{ sessionId: SessionId }>(
      sql`SELECT session_id AS "sessionId" FROM account_ids WHERE phone_number = ${number}`,
    );
    return row?.sessionId;
  }

  async elderOf(sessionId: SessionId, number: PhoneNumber): Promise<SessionId | undefined> {
    const [row] = await this.#db.read<{ elder: SessionId | null }>(
      sql`SELECT COALESCE(
            (SELECT session_id FROM account_ids AS known WHERE phone_number = ${number} AND session_id <> ${sessionId}
               AND NOT EXISTS (SELECT 1 FROM sessions
                 WHERE sessions.session_id = known.session_id AND sessions.phone_number IS DISTINCT FROM ${number})),
            (SELECT session_id FROM sessions WHERE phone_number = ${number} AND announced AND session_id <> ${sessionId}
               ORDER BY created_at_ms, session_id COLLATE "C" LIMIT 1)
          ) AS elder`,
    );
    return row?.elder ?? undefined;
  }

  async aliasOf(sessionId: SessionId): Promise<SessionId | undefined> {
    const [row] = await this.#db.read<{ sessionId: SessionId }>(
      sql`SELECT session_id AS "sessionId" FROM session_aliases WHERE alias = ${sessionId}`,
    );
    return row?.sessionId;
  }

  async aliases(): Promise<Map<SessionId, SessionId>> {
    const rows = await this.#db.read<{ alias: SessionId; sessionId: SessionId }>(
      sql`SELECT alias, session_id AS "sessionId" FROM session_aliases`,
    );
    return new Map(rows.map(({ alias, sessionId }) => [alias, sessionId] as const));
  }

  /** Records that the backend knows the number by this session. */
  announced(transaction: Transaction, number: PhoneNumber, sessionId: SessionId): void {
    void transaction.run(sql`DELETE FROM account_ids WHERE session_id = ${sessionId} AND phone_number <> ${number}`);
    void transaction.run(
      sql`INSERT INTO account_ids (phone_number, session_id) VALUES (${number}, ${sessionId})
          ON CONFLICT (phone_number) DO UPDATE SET session_id = excluded.session_id`,
    );
  }

  /** From here on `alias`, and whatever stood for it, stands for another session. */
  addAlias(transaction: Transaction, alias: SessionId, sessionId: SessionId): void {
    void transaction.run(sql`DELETE FROM session_aliases WHERE alias = ${sessionId}`);
    void transaction.run(sql`UPDATE session_aliases SET session_id = ${sessionId} WHERE session_id = ${alias}`);
    void transaction.run(
      sql`INSERT INTO session_aliases (alias, session_id, created_at_ms)
          VALUES (${alias}, ${sessionId}, ${this.#clock.now()})
          ON CONFLICT (alias) DO UPDATE SET session_id = excluded.session_id, created_at_ms = excluded.created_at_ms`,
    );
  }
}
