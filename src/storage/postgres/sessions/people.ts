import type { SessionId } from '../../../domain/session-id.ts';
import type { ForgottenRows, PeopleStore } from '../../../ports/people.ts';
import { allNames, forgotten, NAMED_IN } from '../../shared/people.ts';
import type { Holding } from '../cluster/holding.ts';
import { type Database, NO_SESSION } from '../database.ts';
import type { PostgresVault, WrappedKey } from '../encryption/vault.ts';
import { Fragment, sql, type Statement } from '../sql.ts';

/** The dependencies of {@link PostgresPeopleStore}. */
export interface PeopleStoreDeps {
  vault: PostgresVault;
  holding: Holding;
}

/** What is stored of people. It only removes, as a retention does: whoever owns the sessions goes on writing meanwhile. */
export class PostgresPeopleStore implements PeopleStore {
  readonly #db: Database;
  readonly #deps: PeopleStoreDeps;

  constructor(db: Database, deps: PeopleStoreDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  async makeReadable(sessionIds: readonly SessionId[]): Promise<void> {
    const asked = this.#elsewhere(sessionIds);
    if (asked.length === 0) return;
    const keys = await this.#db.read<WrappedKey>(
      sql`SELECT session_id AS owner, wrapped, wrapped_by AS by FROM data_keys WHERE session_id = ANY(${asked}::text[])`,
    );
    // A session that has come here meanwhile brought its key, and may have a newer one.
    const taken = this.#elsewhere(keys.map(({ owner }) => owner as SessionId));
    this.#deps.vault.adopt(
      taken,
      keys.filter(({ owner }) => taken.includes(owner as SessionId)),
    );
  }

  forget(sessionIds: readonly SessionId[], names: readonly string[]): Promise<ForgottenRows> {
    const all = allNames(names);
    return this.#db.send(NO_SESSION, async (transaction) => {
      const removed = (columns: readonly Column[]) =>
        Promise.all(columns.map((column) => transaction.run(removal(column, sessionIds, all))));
      const [messages, sent, others] = [removed(NAMED_IN.messages), removed(NAMED_IN.sent), removed(NAMED_IN.others)];
      return forgotten(await messages, await sent, await others);
    });
  }

  removeScheduled(sessionId: SessionId, messageIds: readonly string[]): Promise<number> {
    const statement = removal(['scheduled_messages', 'message_id'], [sessionId], messageIds);
    return this.#db.send(NO_SESSION, (transaction) => transaction.run(statement));
  }

  #elsewhere(sessionIds: readonly SessionId[]): SessionId[] {
    const owned = this.#deps.holding.owned();
    if (owned === null) return [];
    const here = new Set(owned);
    return sessionIds.filter((sessionId) => !here.has(sessionId));
  }
}

type Column = readonly [table: string, column: string];

function removal([table, column]: Column, sessionIds: readonly SessionId[], names: readonly string[]): Statement {
  return sql`DELETE FROM ${named(table)} WHERE session_id = ANY(${sessionIds}::text[]) AND ${named(column)} = ANY(${names}::text[])`;
}

/** A name of ours, never one of a caller's. */
function named(name: string): Fragment {
  return new Fragment([name], []);
}
