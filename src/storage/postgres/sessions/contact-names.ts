import type { LearnedName, NamedPerson, Person } from '../../../domain/person.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { ContactNameStore, ContactPage } from '../../../ports/storage.ts';
import { contactName } from '../../shared/encryption/cell-address.ts';
import {
  areSame,
  learnedNames,
  MAX_PEOPLE,
  NAME_COLUMNS,
  nameIn,
  type Names,
  NO_NAMES,
  RENEWED_AFTER_MS,
} from '../../shared/names.ts';
import { NAME_RETENTION_MS } from '../../shared/retention.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** The names of a person as they are stored, sealed. */
interface Row {
  person: string;
  pushName: Buffer | null;
  savedName: Buffer | null;
  username: Buffer | null;
  learnedAtMs: number;
}

/** The dependencies of {@link PostgresContactNameStore}. */
export interface ContactNameStoreDeps {
  clock: Clock;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
}

/** The names of the people that each session has heard of: those learned last. */
export class PostgresContactNameStore implements ContactNameStore {
  readonly #db: Database;
  readonly #deps: ContactNameStoreDeps;

  constructor(db: Database, deps: ContactNameStoreDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  learn(sessionId: SessionId, names: readonly LearnedName[]): Promise<void> {
    return this.#db.write(sessionId, async (transaction) => {
      // A session that was removed meanwhile leaves nothing.
      if (!(await transaction.row(sql`SELECT 1 FROM sessions WHERE session_id = ${sessionId}`))) return;
      const people = names.map(({ person }) => person);
      const rows = await transaction.rows<Row>(rowsOf(sessionId, people));
      const known = new Map<string, Known>();
      for (const row of rows) known.set(row.person, { ...row, names: this.#opened(sessionId, row) });
      const learned = new Map<string, Names>();
      for (const name of names) this.#learn(name, { known, learned });
      if (learned.size === 0) return;
      this.#put(transaction, sessionId, learned);
      void transaction.run(trimming(sessionId));
    });
  }

  /** Uncommitted: a name that a crash undoes was right all the same. */
  async of(sessionId: SessionId, { number, lid }: Person): Promise<string | null> {
    const people = [number, lid].filter((person) => person !== null);
    const rows = await this.#db.readUncommitted<Row>(sessionId, rowsOf(sessionId, people));
    const inOrder = people.flatMap((person) => rows.find((row) => row.person === person) ?? []);
    return nameIn(inOrder.map((row) => this.#opened(sessionId, row)));
  }

  async list(sessionId: SessionId, { after, limit }: ContactPage): Promise<NamedPerson[]> {
    const rows = await this.#db.readUncommitted<Row>(
      sessionId,
      sql`SELECT person, push_name AS "pushName", saved_name AS "savedName", username, learned_at_ms AS "learnedAtMs"
          FROM contact_names WHERE session_id = ${sessionId} AND person COLLATE "C" > ${after}
          ORDER BY person COLLATE "C" LIMIT ${limit}::bigint`,
    );
    return rows.map((row) => ({ person: row.person, ...this.#opened(sessionId, row) }));
  }

  /** Removes up to `limit` people whose names were last learned a year ago. */
  pruning(limit: number): Statement[] {
    const beforeMs = this.#deps.clock.now() - NAME_RETENTION_MS;
    return [
      sql`DELETE FROM contact_names WHERE (session_id, person) IN
            (SELECT session_id, person FROM contact_names WHERE learned_at_ms < ${beforeMs} LIMIT ${limit})`,
    ];
  }

  #learn({ person, ...heard }: LearnedName, { known, learned }: Learning): void {
    const nowMs = this.#deps.clock.now();
    const before = known.get(person);
    const was = before?.names ?? NO_NAMES;
    const names = learnedNames(was, heard);
    if (areSame(names, was) && (!before || nowMs - before.learnedAtMs < RENEWED_AFTER_MS)) return;
    known.set(person, { names, learnedAtMs: nowMs });
    learned.set(person, names);
  }

  /** One statement: a history brings the names of thousands. */
  #put(transaction: Transaction, sessionId: SessionId, learned: ReadonlyMap<string, Names>): void {
    const seal = (column: keyof Names) => (person: string) => {
      const name = learned.get(person)?.[column] ?? null;
      return name === null ? null : this.#deps.vault.seal(contactName(NAME_COLUMNS[column], sessionId, person), name);
    };
    const people = [...learned.keys()];
    const [pushNames, savedNames] = [people.map(seal('pushName')), people.map(seal('savedName'))];
    const usernames = people.map(seal('username'));
    void transaction.run(
      sql`INSERT INTO contact_names (session_id, person, push_name, saved_name, username, learned_at_ms)
          SELECT ${sessionId}, person, push_name, saved_name, username, ${this.#deps.clock.now()}::bigint
          FROM unnest(${people}::text[], ${pushNames}::bytea[], ${savedNames}::bytea[], ${usernames}::bytea[])
            AS learned (person, push_name, saved_name, username)
          ON CONFLICT (session_id, person) DO UPDATE SET push_name = excluded.push_name,
            saved_name = excluded.saved_name, username = excluded.username, learned_at_ms = excluded.learned_at_ms`,
    );
  }

  #opened(sessionId: SessionId, row: Row): Names {
    const { person } = row;
    const forget = sql`DELETE FROM contact_names WHERE session_id = ${sessionId} AND person = ${person}`;
    const open = (column: keyof Names): string | null => {
      const stored = row[column];
      if (stored === null) return null;
      const cell = contactName(NAME_COLUMNS[column], sessionId, person);
      const read = () => this.#deps.vault.open(cell, stored);
      return this.#deps.damaged.readable({ sessionId, cell, stored }, read, forget) ?? null;
    };
    return { pushName: open('pushName'), savedName: open('savedName'), username: open('username') };
  }
}

/** What is known of a person. */
interface Known {
  names: Names;
  learnedAtMs: number;
}

/** What is known of everybody, and what of it is new. */
interface Learning {
  known: Map<string, Known>;
  learned: Map<string, Names>;
}

function rowsOf(sessionId: SessionId, people: readonly string[]): Statement {
  return sql`SELECT person, push_name AS "pushName", saved_name AS "savedName", username, learned_at_ms AS "learnedAtMs"
    FROM contact_names WHERE session_id = ${sessionId} AND person = ANY(${people}::text[])`;
}

function trimming(sessionId: SessionId): Statement {
  return sql`DELETE FROM contact_names WHERE session_id = ${sessionId} AND person IN
    (SELECT person FROM contact_names WHERE session_id = ${sessionId}
     ORDER BY learned_at_ms DESC OFFSET ${MAX_PEOPLE}::bigint)`;
}
