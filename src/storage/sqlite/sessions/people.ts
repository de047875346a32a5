import type Sqlite from 'better-sqlite3';
import type { SessionId } from '../../../domain/session-id.ts';
import type { ForgottenRows, PeopleStore } from '../../../ports/people.ts';
import { allNames, forgotten, NAMED_IN } from '../../shared/people.ts';
import type { Database } from '../database.ts';

type Removal = Sqlite.Statement<[sessions: string, names: string]>;

/** What is stored of people. */
export class SqlitePeopleStore implements PeopleStore {
  readonly #db: Database;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#db = db;
    this.#sql = prepare(db);
  }

  /** One process has everything. */
  makeReadable(): Promise<void> {
    return Promise.resolve();
  }

  forget(sessionIds: readonly SessionId[], names: readonly string[]): Promise<ForgottenRows> {
    const [sessions, all] = [JSON.stringify(sessionIds), JSON.stringify(allNames(names))];
    return this.#db.write(() => {
      const removed = (statements: readonly Removal[]) =>
        statements.map((statement) => statement.run(sessions, all).changes);
      return forgotten(removed(this.#sql.messages), removed(this.#sql.sent), removed(this.#sql.others));
    });
  }

  removeScheduled(sessionId: SessionId, messageIds: readonly string[]): Promise<number> {
    const [sessions, all] = [JSON.stringify([sessionId]), JSON.stringify(messageIds)];
    return this.#db.write(() => this.#sql.scheduled.run(sessions, all).changes);
  }
}

function prepare(db: Database) {
  const removal = ([table, column]: readonly [string, string]): Removal =>
    db.prepare(
      `DELETE FROM ${table} WHERE session_id IN (SELECT value FROM json_each(?))
         AND ${column} IN (SELECT value FROM json_each(?))`,
    );
  return {
    messages: NAMED_IN.messages.map(removal),
    sent: NAMED_IN.sent.map(removal),
    others: NAMED_IN.others.map(removal),
    scheduled: removal(['scheduled_messages', 'message_id']),
  };
}
