import { type Database } from 'better-sqlite3';
import { type ApiKey, type ApiKeyStore, type Scope } from '../domain/access.ts';
import { type SessionId } from '../domain/session-id.ts';
import { promised } from './promised.ts';

/** A key as a row: its lists as JSON. */
interface Row extends Omit<ApiKey, 'scopes' | 'sessions'> {
  scopes: string;
  sessions: string | null;
}

/** The keys for the doors of the server, as rows. */
export class SqliteApiKeyStore implements ApiKeyStore {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  all(): Promise<ApiKey[]> {
    return promised(() => this.#sql.all.all().map(keyOf));
  }

  add(key: ApiKey): Promise<void> {
    return promised(() => {
      this.#sql.add.run(rowOf(key));
    });
  }

  remove(keyId: string): Promise<void> {
    return promised(() => {
      this.#sql.remove.run(keyId);
    });
  }
}

function keyOf(row: Row): ApiKey {
  const sessions = row.sessions === null ? null : (JSON.parse(row.sessions) as SessionId[]);
  return { ...row, scopes: JSON.parse(row.scopes) as Scope[], sessions };
}

function rowOf(key: ApiKey): Row {
  const sessions = key.sessions === null ? null : JSON.stringify(key.sessions);
  return { ...key, scopes: JSON.stringify(key.scopes), sessions };
}

function prepare(db: Database) {
  return {
    all: db.prepare<[], Row>(
      `SELECT key_id AS keyId, name, hash, scopes, sessions, created_at_ms AS createdAtMs
       FROM api_keys ORDER BY created_at_ms, key_id`,
    ),
    add: db.prepare<[Row]>(
      `INSERT INTO api_keys (key_id, name, hash, scopes, sessions, created_at_ms)
       VALUES (@keyId, @name, @hash, @scopes, @sessions, @createdAtMs)`,
    ),
    remove: db.prepare<[string]>('DELETE FROM api_keys WHERE key_id = ?'),
  };
}
