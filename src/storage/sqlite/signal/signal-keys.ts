import { type SessionId } from '../../../domain/session-id.ts';
import { type JournalEntry, type KeyChange, type SignalKeyStore } from '../../../ports/signal.ts';
import { credentialsOf, signalKey } from '../../shared/encryption/cell-address.ts';
import { type Vault } from '../../shared/encryption/vault.ts';
import { type Database } from '../database.ts';
import { type SqliteJournal } from './journal.ts';

/** Credentials and Signal keys. */
export class SqliteSignalKeyStore implements SignalKeyStore {
  readonly #db: Database;
  readonly #vault: Vault;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #change: (sessionId: SessionId, changes: readonly KeyChange[], decrypted: readonly JournalEntry[]) => void;
  readonly #forget: (sessionId: SessionId) => void;

  constructor(db: Database, journal: SqliteJournal, vault: Vault) {
    this.#db = db;
    this.#vault = vault;
    this.#sql = prepare(db);
    this.#change = db.transaction(
      (sessionId: SessionId, changes: readonly KeyChange[], decrypted: readonly JournalEntry[]) => {
        for (const change of changes) this.#apply(sessionId, change);
        for (const entry of decrypted) journal.add(sessionId, entry);
      },
    );
    this.#forget = db.transaction((sessionId: SessionId) => {
      this.#sql.forgetCredentials.run(sessionId);
      this.#sql.forgetKeys.run(sessionId);
    });
  }

  credentials(sessionId: SessionId): Promise<string | undefined> {
    return this.#db.read(() => {
      const row = this.#sql.credentials.get(sessionId);
      return row && this.#vault.open(credentialsOf(sessionId), row.value);
    });
  }

  saveCredentials(sessionId: SessionId, value: string): Promise<void> {
    return this.#db.write(() => {
      this.#sql.saveCredentials.run(sessionId, this.#vault.seal(credentialsOf(sessionId), value));
    });
  }

  /**
   * Uncommitted: a ratchet step that depends on these is written after this, and its result leaves only when that is on disk.
   */
  get(sessionId: SessionId, type: string, ids: readonly string[]): Promise<Map<string, string>> {
    return this.#db.readUncommitted(() => {
      const found = new Map<string, string>();
      for (const id of ids) {
        const row = this.#sql.key.get(sessionId, type, id);
        if (row) found.set(id, this.#vault.open(signalKey(sessionId, type, id), row.value));
      }
      return found;
    });
  }

  set(sessionId: SessionId, changes: readonly KeyChange[], ...decrypted: readonly JournalEntry[]): Promise<void> {
    return this.#db.write(() => this.#change(sessionId, changes, decrypted));
  }

  forget(sessionId: SessionId): Promise<void> {
    return this.#db.write(() => this.#forget(sessionId));
  }

  #apply(sessionId: SessionId, { type, id, value }: KeyChange): void {
    if (value === null) this.#sql.removeKey.run(sessionId, type, id);
    else this.#sql.saveKey.run(sessionId, type, id, this.#vault.seal(signalKey(sessionId, type, id), value));
  }
}

function prepare(db: Database) {
  return {
    credentials: db.prepare<[SessionId], { value: string }>('SELECT value FROM credentials WHERE session_id = ?'),
    saveCredentials: db.prepare<[SessionId, string]>(
      'INSERT OR REPLACE INTO credentials (session_id, value) VALUES (?, ?)',
    ),
    key: db.prepare<[SessionId, string, string], { value: string }>(
      'SELECT value FROM signal_keys WHERE session_id = ? AND type = ? AND id = ?',
    ),
    saveKey: db.prepare<[SessionId, string, string, string]>(
      `INSERT INTO signal_keys (session_id, type, id, value) VALUES (?, ?, ?, ?)
       ON CONFLICT (session_id, type, id) DO UPDATE SET value = excluded.value`,
    ),
    removeKey: db.prepare<[SessionId, string, string]>(
      'DELETE FROM signal_keys WHERE session_id = ? AND type = ? AND id = ?',
    ),
    forgetCredentials: db.prepare<[SessionId]>('DELETE FROM credentials WHERE session_id = ?'),
    forgetKeys: db.prepare<[SessionId]>('DELETE FROM signal_keys WHERE session_id = ?'),
  };
}
