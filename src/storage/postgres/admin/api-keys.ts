import type { ApiKey, KeyLimits, Scope } from '../../../domain/access.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { ApiKeyStore } from '../../../ports/storage.ts';
import { apiKeyHash, COMMON } from '../../shared/encryption/cell-address.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import { type Database, NO_SESSION } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { fragment, sql } from '../sql.ts';

/** A row of `api_keys`: lists are JSON, the hash is sealed. */
interface Row extends Omit<ApiKey, 'scopes' | 'sessions' | 'limits' | 'hash'> {
  hash: Buffer;
  scopes: string;
  sessions: string | null;
  limits: string | null;
}

/** The API keys that were created at runtime. */
export class PostgresApiKeyStore implements ApiKeyStore {
  readonly #db: Database;
  readonly #vault: PostgresVault;
  readonly #damaged: PostgresDamagedValues;

  constructor(db: Database, { vault, damaged }: { vault: PostgresVault; damaged: PostgresDamagedValues }) {
    this.#db = db;
    this.#vault = vault;
    this.#damaged = damaged;
  }

  /** A key whose row was changed from outside is worth nothing; the others go on. */
  async all(): Promise<ApiKey[]> {
    const rows = await this.#db.read<Row>(
      sql`SELECT key_id AS "keyId", name, hash, scopes, sessions, limits, created_at_ms AS "createdAtMs"
          FROM api_keys ORDER BY created_at_ms, key_id`,
    );
    return rows.flatMap((row) => this.#keyOf(row) ?? []);
  }

  async add(key: ApiKey): Promise<void> {
    const scopes = JSON.stringify(key.scopes);
    const sessions = key.sessions === null ? null : JSON.stringify(key.sessions);
    const limits = key.limits ? JSON.stringify(key.limits) : null;
    const hash = this.#vault.seal(apiKeyHash(key.keyId, { scopes, sessions, limits }), key.hash);
    await this.#db.send(NO_SESSION, (transaction) => {
      void transaction.run(
        sql`INSERT INTO api_keys (key_id, name, hash, scopes, sessions, limits, created_at_ms)
            VALUES (${key.keyId}, ${key.name}, ${hash}, ${scopes}, ${sessions}, ${limits}, ${key.createdAtMs})`,
      );
      return transaction.run(sql`UPDATE cluster SET keys_version = keys_version + 1`);
    });
  }

  async remove(keyId: string): Promise<void> {
    await this.#db.send(NO_SESSION, (transaction) =>
      transaction.run(
        sql`WITH removed AS (${removal(keyId)} RETURNING 1)
            UPDATE cluster SET keys_version = keys_version + 1 WHERE EXISTS (SELECT 1 FROM removed)`,
      ),
    );
  }

  #keyOf(row: Row): ApiKey | undefined {
    const cell = apiKeyHash(row.keyId, row);
    const read = () => ({
      ...row,
      hash: this.#vault.open(cell, row.hash),
      scopes: JSON.parse(row.scopes) as Scope[],
      sessions: row.sessions === null ? null : (JSON.parse(row.sessions) as SessionId[]),
      limits: row.limits === null ? undefined : (JSON.parse(row.limits) as KeyLimits),
    });
    return this.#damaged.readable({ sessionId: COMMON, cell, stored: row.hash }, read, sql`${removal(row.keyId)}`);
  }
}

function removal(keyId: string) {
  return fragment`DELETE FROM api_keys WHERE key_id = ${keyId}`;
}
