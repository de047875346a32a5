import type { PhoneNumber } from '../../../domain/address.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { AccountIdStore } from '../../../ports/storage.ts';
import type { Database } from '../database.ts';

/** The session id of each number, and the aliases of sessions. */
export class SqliteAccountIdStore implements AccountIdStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#sql = prepare(db);
  }

  idOf(number: PhoneNumber): Promise<SessionId | undefined> {
    return this.#db.read(() => this.#sql.idOf.get(number)?.sessionId);
  }

  elderOf(sessionId: SessionId, number: PhoneNumber): Promise<SessionId | undefined> {
    return this.#db.read(() => this.#sql.elderOf.get({ sessionId, number })?.elder ?? undefined);
  }

  aliasOf(sessionId: SessionId): Promise<SessionId | undefined> {
    return this.#db.read(() => this.#sql.aliasOf.get(sessionId)?.sessionId);
  }

  aliases(): Promise<Map<SessionId, SessionId>> {
    return this.#db.read(
      () => new Map(this.#sql.aliases.all().map(({ alias, sessionId }) => [alias, sessionId] as const)),
    );
  }

  /** Records that the backend knows the number by this session; within the caller's transaction. */
  announced(number: PhoneNumber, sessionId: SessionId): void {
    this.#sql.forgetOthers.run(sessionId, number);
    this.#sql.announced.run(number, sessionId);
  }

  /** From here on `alias`, and whatever stood for it, stands for another session; within the caller's transaction. */
  addAlias(alias: SessionId, sessionId: SessionId): void {
    this.#sql.forgetAlias.run(sessionId);
    this.#sql.redirect.run(sessionId, alias);
    this.#sql.addAlias.run(alias, sessionId, this.#clock.now());
  }
}

function prepare(db: Database) {
  return {
    idOf: db.prepare<[PhoneNumber], { sessionId: SessionId }>(
      'SELECT session_id AS sessionId FROM account_ids WHERE phone_number = ?',
    ),
    elderOf: db.prepare<[{ sessionId: SessionId; number: PhoneNumber }], { elder: SessionId | null }>(
      `SELECT COALESCE(
         (SELECT session_id FROM account_ids AS known WHERE phone_number = @number AND session_id <> @sessionId
            AND NOT EXISTS (SELECT 1 FROM sessions
              WHERE sessions.session_id = known.session_id AND sessions.phone_number IS NOT @number)),
         (SELECT session_id FROM sessions WHERE phone_number = @number AND announced = 1 AND session_id <> @sessionId
            ORDER BY created_at_ms, session_id LIMIT 1)
       ) AS elder`,
    ),
    forgetOthers: db.prepare<[SessionId, PhoneNumber]>(
      'DELETE FROM account_ids WHERE session_id = ? AND phone_number <> ?',
    ),
    announced: db.prepare<[PhoneNumber, SessionId]>(
      `INSERT INTO account_ids (phone_number, session_id) VALUES (?, ?)
       ON CONFLICT (phone_number) DO UPDATE SET session_id = excluded.session_id`,
    ),
    aliases: db.prepare<[], { alias: SessionId; sessionId: SessionId }>(
      'SELECT alias, session_id AS sessionId FROM session_aliases',
    ),
    aliasOf: db.prepare<[SessionId], { sessionId: SessionId }>(
      'SELECT session_id AS sessionId FROM session_aliases WHERE alias = ?',
    ),
    forgetAlias: db.prepare<[SessionId]>('DELETE FROM session_aliases WHERE alias = ?'),
    redirect: db.prepare<[SessionId, SessionId]>('UPDATE session_aliases SET session_id = ? WHERE session_id = ?'),
    addAlias: db.prepare<[SessionId, SessionId, number]>(
      'INSERT OR REPLACE INTO session_aliases (alias, session_id, created_at_ms) VALUES (?, ?, ?)',
    ),
  };
}
