import type { SessionId } from '../../../domain/session-id.ts';
import { credentialsOf, journalPart, signalKey } from '../../shared/encryption/cell-address.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { sql } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** A row of `signal_keys`, without its session. */
interface KeyRow {
  type: string;
  id: string;
  value: Buffer;
}

/** The encrypted columns of a journal row. */
interface JournalRow {
  id: number;
  ciphertextHash: Buffer;
  attrs: Buffer;
  plaintext: Buffer;
}

/**
 * Moves a linked device from one session to another of the same account: its credentials, its keys, and what it decrypted.
 * Values are bound to their session, so each is decrypted and encrypted again.
 */
export class DeviceMove {
  readonly #vault: PostgresVault;

  constructor(vault: PostgresVault) {
    this.#vault = vault;
  }

  /** Replaces the device of `to` by that of `from`. The numbers of LIDs stay. */
  async run(transaction: Transaction, from: SessionId, to: SessionId): Promise<void> {
    void transaction.run(sql`DELETE FROM credentials WHERE session_id = ${to}`);
    void transaction.run(sql`DELETE FROM signal_keys WHERE session_id = ${to} AND type <> 'lid-mapping'`);
    await this.#moveCredentials(transaction, from, to);
    const keys = await transaction.rows<KeyRow>(
      sql`SELECT type, id, value FROM signal_keys WHERE session_id = ${from}`,
    );
    for (const key of keys) this.#moveKey(transaction, key, { from, to });
    const entries = await transaction.rows<JournalRow>(
      sql`SELECT id, ciphertext_hash AS "ciphertextHash", attrs, plaintext FROM journal WHERE session_id = ${from}`,
    );
    for (const entry of entries) this.#moveEntry(transaction, entry, { from, to });
  }

  async #moveCredentials(transaction: Transaction, from: SessionId, to: SessionId): Promise<void> {
    const row = await transaction.row<{ value: Buffer }>(sql`SELECT value FROM credentials WHERE session_id = ${from}`);
    if (!row) return;
    const value = this.#vault.seal(credentialsOf(to), this.#vault.open(credentialsOf(from), row.value));
    void transaction.run(sql`INSERT INTO credentials (session_id, value) VALUES (${to}, ${value})`);
  }

  #moveKey(transaction: Transaction, { type, id, value }: KeyRow, { from, to }: Move): void {
    const text = this.#vault.open(signalKey(from, type, id), value);
    const sealed = this.#vault.seal(signalKey(to, type, id), text);
    void transaction.run(
      sql`INSERT INTO signal_keys (session_id, type, id, value) VALUES (${to}, ${type}, ${id}, ${sealed})
          ON CONFLICT (session_id, type, id) DO UPDATE SET value = excluded.value`,
    );
  }

  #moveEntry(transaction: Transaction, { id, ciphertextHash: hash, ...entry }: JournalRow, { from, to }: Move): void {
    const text = this.#vault.open(journalPart(from, 'attrs', hash), entry.attrs);
    const bytes = this.#vault.openBytes(journalPart(from, 'plaintext', hash), entry.plaintext);
    const attrs = this.#vault.seal(journalPart(to, 'attrs', hash), text);
    const plaintext = this.#vault.sealBytes(journalPart(to, 'plaintext', hash), bytes);
    void transaction.run(sql`DELETE FROM journal WHERE session_id = ${to} AND ciphertext_hash = ${hash}`);
    void transaction.run(
      sql`UPDATE journal SET session_id = ${to}, attrs = ${attrs}, plaintext = ${plaintext} WHERE id = ${id}`,
    );
  }
}

/** From which session to which. */
interface Move {
  from: SessionId;
  to: SessionId;
}
