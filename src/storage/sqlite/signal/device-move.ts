import type { SessionId } from '../../../domain/session-id.ts';
import { credentialsOf, journalPart, signalKey } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import type { Database } from '../database.ts';

/** A row of `signal_keys`, without its session. */
interface KeyRow {
  type: string;
  id: string;
  value: string;
}

/** The encrypted columns of a journal row. */
interface JournalRow {
  id: number;
  ciphertextHash: Buffer;
  attrs: string;
  plaintext: Buffer;
}

/**
 * Moves a linked device from one session to another of the same account: its credentials, its keys, and what it decrypted.
 * Values are bound to their session, so each is decrypted and encrypted again.
 */
export class DeviceMove {
  readonly #vault: Vault;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, vault: Vault) {
    this.#vault = vault;
    this.#sql = prepare(db);
  }

  /** Replaces the device of `to` by that of `from`, within the caller's transaction. The numbers of LIDs stay. */
  run(from: SessionId, to: SessionId): void {
    this.#sql.forgetCredentials.run(to);
    this.#sql.forgetKeys.run(to);
    this.#moveCredentials(from, to);
    for (const row of this.#sql.keys.all(from)) this.#moveKey(row, from, to);
    for (const row of this.#sql.journal.all(from)) this.#moveEntry(row, from, to);
  }

  #moveCredentials(from: SessionId, to: SessionId): void {
    const row = this.#sql.credentials.get(from);
    if (!row) return;
    const value = this.#vault.open(credentialsOf(from), row.value);
    this.#sql.saveCredentials.run(to, this.#vault.seal(credentialsOf(to), value));
  }

  #moveKey({ type, id, value }: KeyRow, from: SessionId, to: SessionId): void {
    const text = this.#vault.open(signalKey(from, type, id), value);
    this.#sql.saveKey.run(to, type, id, this.#vault.seal(signalKey(to, type, id), text));
  }

  #moveEntry({ id, ciphertextHash: hash, attrs, plaintext }: JournalRow, from: SessionId, to: SessionId): void {
    const text = this.#vault.open(journalPart(from, 'attrs', hash), attrs);
    const bytes = this.#vault.openBytes(journalPart(from, 'plaintext', hash), plaintext);
    this.#sql.moveEntry.run({
      ...{ id, to },
      attrs: this.#vault.seal(journalPart(to, 'attrs', hash), text),
      plaintext: this.#vault.sealBytes(journalPart(to, 'plaintext', hash), bytes),
    });
  }
}

function prepare(db: Database) {
  return {
    forgetCredentials: db.prepare<[SessionId]>('DELETE FROM credentials WHERE session_id = ?'),
    forgetKeys: db.prepare<[SessionId]>(`DELETE FROM signal_keys WHERE session_id = ? AND type <> 'lid-mapping'`),
    credentials: db.prepare<[SessionId], { value: string }>('SELECT value FROM credentials WHERE session_id = ?'),
    saveCredentials: db.prepare<[SessionId, string]>('INSERT INTO credentials (session_id, value) VALUES (?, ?)'),
    keys: db.prepare<[SessionId], KeyRow>('SELECT type, id, value FROM signal_keys WHERE session_id = ?'),
    saveKey: db.prepare<[SessionId, string, string, string]>(
      'INSERT OR REPLACE INTO signal_keys (session_id, type, id, value) VALUES (?, ?, ?, ?)',
    ),
    journal: db.prepare<[SessionId], JournalRow>(
      'SELECT id, ciphertext_hash AS ciphertextHash, attrs, plaintext FROM journal WHERE session_id = ? ORDER BY id',
    ),
    moveEntry: db.prepare<[{ id: number; to: SessionId; attrs: string; plaintext: Buffer }]>(
      'UPDATE OR REPLACE journal SET session_id = @to, attrs = @attrs, plaintext = @plaintext WHERE id = @id',
    ),
  };
}
