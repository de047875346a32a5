import type { SessionId } from '../../../domain/session-id.ts';
import type { JournalEntry, KeyChange, SignalKeyName, SignalKeyStore } from '../../../ports/signal.ts';
import { credentialsOf, signalKey } from '../../shared/encryption/cell-address.ts';
import type { PostgresDamagedValues, StoredValue } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { SharedRead } from '../shared-read.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';
import type { PostgresJournal } from './journal.ts';
import { CREDENTIALS } from './credentials-batch.ts';
import { KEY_CHANGES } from './key-changes.ts';
import { type AskedKeys, type KeyRow, readKeys } from './key-reads.ts';

/** The dependencies of {@link PostgresSignalKeyStore}. */
export interface SignalKeyStoreDeps {
  journal: PostgresJournal;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
}

/** A row of `signal_keys`, or of `credentials`. */
interface Row {
  value: Buffer;
}

/**
 * Credentials and Signal keys. Sessions that log in at once read them together. What is damaged counts as missing: Signal then begins
 * anew with the contact.
 */
export class PostgresSignalKeyStore implements SignalKeyStore {
  readonly #db: Database;
  readonly #deps: SignalKeyStoreDeps;
  readonly #credentials: SharedRead<SessionId, Row>;
  readonly #keys: SharedRead<AskedKeys, KeyRow[]>;

  constructor(db: Database, deps: SignalKeyStoreDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#credentials = db.sharedRead(async (sessionIds) => {
      const rows = await db.readCommitted<Row & { sessionId: SessionId }>(
        sql`SELECT session_id AS "sessionId", value FROM credentials WHERE session_id = ANY(${sessionIds})`,
      );
      return new Map(rows.map((row) => [row.sessionId, row]));
    });
    this.#keys = db.sharedUncommitted((asked) => readKeys(db, asked));
  }

  async credentials(sessionId: SessionId): Promise<string | undefined> {
    const row = await this.#credentials.get(sessionId);
    return row && this.#open(storedCredentials(sessionId, row));
  }

  async saveCredentials(sessionId: SessionId, value: string): Promise<void> {
    await this.#db.send(sessionId, (transaction) => {
      const sealed = this.#deps.vault.seal(credentialsOf(sessionId), value);
      return transaction.add(CREDENTIALS, { sessionId, value: sealed });
    });
  }

  /**
   * Uncommitted: a ratchet step that depends on these is written after this, and its result leaves only when that is durable.
   */
  async get(sessionId: SessionId, type: string, ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = (await this.#keys.get({ sessionId, type, ids })) ?? [];
    const found = new Map<string, string>();
    for (const { id, value } of rows) {
      const text = this.#open(storedKey(sessionId, { type, id }, value));
      if (text !== undefined) found.set(id, text);
    }
    return found;
  }

  set(sessionId: SessionId, changes: readonly KeyChange[], ...decrypted: readonly JournalEntry[]): Promise<void> {
    return this.#db.send(sessionId, (transaction) => {
      this.#apply(transaction, sessionId, changes);
      for (const entry of decrypted) this.#deps.journal.add(transaction, sessionId, entry);
      return Promise.resolve();
    });
  }

  unreadable(sessionId: SessionId, key: SignalKeyName | 'credentials'): Promise<void> {
    return this.#db.write(sessionId, async (transaction) => {
      const row = await transaction.row<Row>(key === 'credentials' ? credentialsIn(sessionId) : keyIn(sessionId, key));
      if (!row) return;
      const value = key === 'credentials' ? storedCredentials(sessionId, row) : storedKey(sessionId, key, row.value);
      await this.#deps.damaged.setAside(transaction, value);
      await transaction.run(value.removal);
    });
  }

  async forget(sessionId: SessionId): Promise<void> {
    await this.#db.send(sessionId, (transaction) => {
      void transaction.run(sql`DELETE FROM credentials WHERE session_id = ${sessionId}`);
      return transaction.run(sql`DELETE FROM signal_keys WHERE session_id = ${sessionId}`);
    });
  }

  #apply(transaction: Transaction, sessionId: SessionId, changes: readonly KeyChange[]): void {
    const sealed = changes.map(({ type, id, value }) => ({
      ...{ sessionId, type, id },
      value: value === null ? null : this.#deps.vault.seal(signalKey(sessionId, type, id), value),
    }));
    void transaction.add(KEY_CHANGES, sealed);
  }

  #open(value: StoredKey): string | undefined {
    const { vault, damaged } = this.#deps;
    return damaged.readable(value, () => vault.open(value.cell, value.stored), value.removal);
  }
}

/** A stored key or credentials, and how the row is removed if it still has this value. */
interface StoredKey extends StoredValue {
  removal: Statement;
}

function storedCredentials(sessionId: SessionId, { value }: Row): StoredKey {
  const removal = sql`DELETE FROM credentials WHERE session_id = ${sessionId} AND value = ${value}`;
  return { sessionId, cell: credentialsOf(sessionId), stored: value, removal };
}

function storedKey(sessionId: SessionId, { type, id }: SignalKeyName, value: Buffer): StoredKey {
  const removal = sql`DELETE FROM signal_keys
    WHERE session_id = ${sessionId} AND type = ${type} AND id = ${id} AND value = ${value}`;
  return { sessionId, cell: signalKey(sessionId, type, id), stored: value, removal };
}

function credentialsIn(sessionId: SessionId): Statement {
  return sql`SELECT value FROM credentials WHERE session_id = ${sessionId}`;
}

function keyIn(sessionId: SessionId, { type, id }: SignalKeyName): Statement {
  return sql`SELECT value FROM signal_keys WHERE session_id = ${sessionId} AND type = ${type} AND id = ${id}`;
}
