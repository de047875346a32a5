import type { LearnedName, NamedPerson, Person } from '../../../domain/person.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { ContactNameStore, ContactPage } from '../../../ports/storage.ts';
import { contactName } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
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
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';

/** The names of a person as they are stored, sealed. */
interface Row extends Names {
  learnedAtMs: number;
}

/** The dependencies of {@link SqliteContactNameStore}. */
export interface ContactNameStoreDeps {
  clock: Clock;
  vault: Vault;
  damaged: SqliteDamagedValues;
}

/** The names of the people that each session has heard of: those learned last. */
export class SqliteContactNameStore implements ContactNameStore {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #vault: Vault;
  readonly #damaged: SqliteDamagedValues;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, { clock, vault, damaged }: ContactNameStoreDeps) {
    this.#db = db;
    this.#clock = clock;
    this.#vault = vault;
    this.#damaged = damaged;
    this.#sql = prepare(db);
  }

  learn(sessionId: SessionId, names: readonly LearnedName[]): Promise<void> {
    return this.#db.write(() => {
      // A session that was removed meanwhile leaves nothing.
      if (!this.#sql.session.get(sessionId)) return;
      const isNews = names.map((name) => this.#learn(sessionId, name)).includes(true);
      if (isNews) this.#sql.trim.run({ sessionId, max: MAX_PEOPLE });
    });
  }

  /** Uncommitted: a name that a crash undoes was right all the same. */
  of(sessionId: SessionId, { number, lid }: Person): Promise<string | null> {
    return this.#db.readUncommitted(() => {
      const known = [number, lid].flatMap((person) => {
        const row = person === null ? undefined : this.#sql.find.get(sessionId, person);
        return row && person !== null ? [this.#opened(sessionId, person, row)] : [];
      });
      return nameIn(known);
    });
  }

  list(sessionId: SessionId, { after, limit }: ContactPage): Promise<NamedPerson[]> {
    return this.#db.readUncommitted(() => {
      const rows = this.#sql.list.all(sessionId, after, limit);
      return rows.map((row) => ({ person: row.person, ...this.#opened(sessionId, row.person, row) }));
    });
  }

  /** Removes the names that were last learned a year ago. */
  prune(limit: number): boolean {
    return this.#sql.prune.run(this.#clock.now() - NAME_RETENTION_MS, limit).changes === limit;
  }

  /** Returns whether anything was stored. */
  #learn(sessionId: SessionId, { person, ...learned }: LearnedName): boolean {
    const row = this.#sql.find.get(sessionId, person);
    const known = row ? this.#opened(sessionId, person, row) : NO_NAMES;
    const names = learnedNames(known, learned);
    const nowMs = this.#clock.now();
    if (areSame(names, known) && (!row || nowMs - row.learnedAtMs < RENEWED_AFTER_MS)) return false;
    const seal = (column: keyof Names) => {
      const name = names[column];
      return name === null ? null : this.#vault.seal(contactName(NAME_COLUMNS[column], sessionId, person), name);
    };
    const sealed = { pushName: seal('pushName'), savedName: seal('savedName'), username: seal('username') };
    this.#sql.put.run({ ...sealed, sessionId, person, learnedAtMs: nowMs });
    return true;
  }

  #opened(sessionId: SessionId, person: string, row: Row): Names {
    const open = (column: keyof typeof NAME_COLUMNS): string | null => {
      const stored = row[column];
      if (stored === null) return null;
      const cell = contactName(NAME_COLUMNS[column], sessionId, person);
      const read = () => this.#vault.open(cell, stored);
      const forget = () => this.#sql.forget.run(sessionId, person);
      return this.#damaged.readable({ sessionId, cell, stored }, read, forget) ?? null;
    };
    return { pushName: open('pushName'), savedName: open('savedName'), username: open('username') };
  }
}

function prepare(db: Database) {
  return {
    session: db.prepare<[SessionId]>('SELECT 1 FROM sessions WHERE session_id = ?'),
    find: db.prepare<[SessionId, string], Row>(
      `SELECT push_name AS pushName, saved_name AS savedName, username, learned_at_ms AS learnedAtMs FROM contact_names
       WHERE session_id = ? AND person = ?`,
    ),
    list: db.prepare<[SessionId, string, number], Row & { person: string }>(
      `SELECT person, push_name AS pushName, saved_name AS savedName, username, learned_at_ms AS learnedAtMs FROM contact_names
       WHERE session_id = ? AND person > ? ORDER BY person LIMIT ?`,
    ),
    put: db.prepare<[Row & { sessionId: SessionId; person: string }]>(
      `INSERT OR REPLACE INTO contact_names (session_id, person, push_name, saved_name, username, learned_at_ms)
       VALUES (@sessionId, @person, @pushName, @savedName, @username, @learnedAtMs)`,
    ),
    forget: db.prepare<[SessionId, string]>('DELETE FROM contact_names WHERE session_id = ? AND person = ?'),
    trim: db.prepare<[{ sessionId: SessionId; max: number }]>(
      `DELETE FROM contact_names WHERE session_id = @sessionId AND person IN
         (SELECT person FROM contact_names WHERE session_id = @sessionId
          ORDER BY learned_at_ms DESC LIMIT -1 OFFSET @max)`,
    ),
    prune: db.prepare<[number, number]>(
      `DELETE FROM contact_names WHERE (session_id, person) IN
         (SELECT session_id, person FROM contact_names WHERE learned_at_ms < ? LIMIT ?)`,
    ),
  };
}
