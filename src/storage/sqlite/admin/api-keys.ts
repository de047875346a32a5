import { type Database } from 'better-sqlite3';
import { type ApiKey, type Scope } from '../../../domain/access.ts';
import { type SessionId } from '../../../domain/session-id.ts';
import { type ApiKeyStore } from '../../../ports/storage.ts';
import { apiKeyHash } from '../../shared/encryption/cell-address.ts';
import { type Vault } from '../../shared/encryption/vault.ts';
import { promised } from '../promised.ts';

/** A key as a row: its lists as JSON, and its hash as the vault stores it. */
interface Row extends Omit<ApiKey, 'scopes' | 'sessions'> {
  scopes: string;
  sessions: string | null;
}

/** The keys for the doors of the server, as rows. */
export class SqliteApiKeyStore implements ApiKeyStore {
  readonly #vault: Vault;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, vault: Vault) {
    this.#vault = vault;
    this.#sql = prepare(db);
  }

  all(): Promise<ApiKey[]> {
    return promised(() => this.#sql.all.all().map((row) => this.#keyOf(row)));
  }

  add(key: ApiKey): Promise<void> {
    return promised(() => {
      this.#sql.add.run(this.#rowOf(key));
    });
  }

  remove(keyId: string): Promise<void> {
    return promised(() => {
      this.#sql.remove.run(keyId);
    });
  }

  #keyOf(row: Row): ApiKey {
    return {
      ...row,
      hash: this.#vault.open(apiKeyHash(row.keyId, row), row.hash),
      scopes: JSON.parse(row.scopes) as Scope[],
      sessions: row.sessions === null ? null : (JSON.parse(row.sessions) as SessionId[]),
    };
  }

  #rowOf(key: ApiKey): Row {
    const sessions = key.sessions === null ? null : JSON.stringify(key.sessions);
    const may = { scopes: JSON.stringify(key.scopes), sessions };
    return { ...key, ...may, hash: this.#vault.seal(apiKeyHash(key.keyId, may), key.hash) };
  }
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
