import type { ApiKey, KeyLimits, Scope } from '../../../domain/access.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { ApiKeyStore } from '../../../ports/storage.ts';
import { apiKeyHash, COMMON } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import type { SqliteDamagedValues, StoredValue } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';

/** A row of `api_keys`: lists are JSON, the hash is sealed. */
interface Row extends Omit<ApiKey, 'scopes' | 'sessions' | 'limits'> {
  scopes: string;
  sessions: string | null;
  limits: string | null;
}

/** The API keys that were created at runtime. */
export class SqliteApiKeyStore implements ApiKeyStore {
  readonly #db: Database;
  readonly #vault: Vault;
  readonly #damaged: SqliteDamagedValues;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, { vault, damaged }: { vault: Vault; damaged: SqliteDamagedValues }) {
    this.#db = db;
    this.#vault = vault;
    this.#damaged = damaged;
    this.#sql = prepare(db);
  }

  /** A key whose row was changed from outside is worth nothing; the others go on. */
  all(): Promise<ApiKey[]> {
    return this.#db.read(() => this.#sql.all.all().flatMap((row) => this.#keyOf(row) ?? []));
  }

  add(key: ApiKey): Promise<void> {
    return this.#db.write(() => {
      this.#sql.add.run(this.#rowOf(key));
    });
  }

  remove(keyId: string): Promise<void> {
    return this.#db.write(() => {
      this.#sql.remove.run(keyId);
    });
  }

  #keyOf(row: Row): ApiKey | undefined {
    const cell = apiKeyHash(row.keyId, row);
    const value: StoredValue = { sessionId: COMMON, cell, stored: row.hash };
    const read = () => ({
      ...row,
      hash: this.#vault.open(cell, row.hash),
      scopes: JSON.parse(row.scopes) as Scope[],
      sessions: row.sessions === null ? null : (JSON.parse(row.sessions) as SessionId[]),
      limits: row.limits === null ? undefined : (JSON.parse(row.limits) as KeyLimits),
    });
    return this.#damaged.readable(value, read, () => this.#sql.remove.run(row.keyId));
  }

  #rowOf(key: ApiKey): Row {
    const sessions = key.sessions === null ? null : JSON.stringify(key.sessions);
    const limits = key.limits ? JSON.stringify(key.limits) : null;
    const permissions = { scopes: JSON.stringify(key.scopes), sessions, limits };
    return { ...key, ...permissions, hash: this.#vault.seal(apiKeyHash(key.keyId, permissions), key.hash) };
  }
}

function prepare(db: Database) {
  return {
    all: db.prepare<[], Row>(
      `SELECT key_id AS keyId, name, hash, scopes, sessions, limits, created_at_ms AS createdAtMs
       FROM api_keys ORDER BY created_at_ms, key_id`,
    ),
    add: db.prepare<[Row]>(
      `INSERT INTO api_keys (key_id, name, hash, scopes, sessions, limits, created_at_ms)
       VALUES (@keyId, @name, @hash, @scopes, @sessions, @limits, @createdAtMs)`,
    ),
    remove: db.prepare<[string]>('DELETE FROM api_keys WHERE key_id = ?'),
  };
}
