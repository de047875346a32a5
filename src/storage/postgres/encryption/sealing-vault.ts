import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { type Secret } from '../../../kit/secret.ts';
import { AppError } from '../../../domain/errors.ts';
import { type SessionId } from '../../../domain/session-id.ts';
import { type CellAddress, COMMON, type Owner } from '../../shared/encryption/cell-address.ts';
import { seal, unseal } from '../../shared/encryption/cipher.ts';
import { keyOf, nameOfDataKey, openNextKey } from '../../shared/encryption/master-key.ts';
import { SealBrokenError } from '../../shared/errors.ts';
import { sql, type Statement } from '../sql.ts';
import { type Transaction } from '../transaction.ts';
import { type PostgresVault, type WrappedKey } from './vault.ts';

const KEY_BYTES = 32;

/** What data keys are wrapped with, and the common one as it is stored. */
interface Wrapping {
  masterKey: KeyObject;
  common: Buffer | null;
}

/**
 * Encrypts each value with its owner's data key. All data keys are in memory, unwrapped; a new one is stored with the transaction in
 * which it is first used.
 */
export class SealingVault implements PostgresVault {
  readonly #keys = new Map<Owner, KeyObject>();
  /** Those whose rows are not certainly committed. */
  readonly #unsaved = new Map<Owner, KeyObject>();
  /** Those that cannot be unwrapped: what they encrypted is lost. */
  readonly #damaged = new Set<Owner>();
  #wrapping: Wrapping;
  /** What the transaction that changes the master key wraps with. */
  readonly #changing = new WeakMap<Transaction, Wrapping>();

  /** `masterKey` is 64 hex digits. */
  constructor(masterKey: Secret, wrappedKeys: readonly WrappedKey[]) {
    const common = wrappedKeys.find(({ owner }) => owner === COMMON)?.wrapped ?? null;
    this.#wrapping = { masterKey: keyOf(masterKey), common };
    for (const { owner, wrapped } of wrappedKeys) this.#unwrap(owner, wrapped);
  }

  get commonKey(): Buffer | null {
    return this.#wrapping.common;
  }

  /** Creates the common data key. Returns it wrapped; the caller stores it. */
  createCommon(): Buffer {
    const { masterKey } = this.#wrapping;
    const key = createKey();
    const common = wrap(masterKey, COMMON, key);
    this.#keys.set(COMMON, key);
    this.#wrapping = { masterKey, common };
    return common;
  }

  /** Whether the owner has a data key that can be unwrapped. */
  has(owner: Owner): boolean {
    return this.#keys.has(owner);
  }

  seal(cell: CellAddress, text: string): Buffer {
    return seal(this.#keyFor(cell.owner), cell.name, text);
  }

  sealBytes(cell: CellAddress, bytes: Uint8Array): Buffer {
    return seal(this.#keyFor(cell.owner), cell.name, bytes);
  }

  open(cell: CellAddress, stored: Buffer): string {
    return this.openBytes(cell, stored).toString('utf8');
  }

  openBytes({ owner, name }: CellAddress, stored: Buffer): Buffer {
    try {
      const key = this.#keys.get(owner);
      if (!key) throw new Error('its data key is missing');
      return unseal(key, name, stored);
    } catch (cause) {
      throw new SealBrokenError(name.split('\0', 2).join(' of '), cause);
    }
  }

  saveNewKeys(transaction: Transaction, isWritten: (owner: Owner) => boolean): void {
    const wrapping = this.#changing.get(transaction) ?? this.#wrapping;
    for (const [owner, key] of this.#unsaved) {
      if (!isWritten(owner)) continue;
      if (this.#damaged.has(owner)) void transaction.run(setAside(owner));
      void transaction.run(saving(owner, key, wrapping));
      transaction.afterCommit(() => {
        if (this.#unsaved.get(owner) === key) this.#unsaved.delete(owner);
        this.#damaged.delete(owner);
      });
    }
  }

  adopt(sessionIds: readonly SessionId[], keys: readonly WrappedKey[]): void {
    for (const sessionId of sessionIds) {
      this.#keys.delete(sessionId);
      this.#unsaved.delete(sessionId);
      this.#damaged.delete(sessionId);
    }
    for (const { owner, wrapped } of keys) this.#unwrap(owner, wrapped);
  }

  forget(transaction: Transaction, sessionId: SessionId): void {
    void transaction.run(sql`DELETE FROM data_keys WHERE session_id = ${sessionId}`);
    transaction.afterCommit(() => {
      this.#keys.delete(sessionId);
      this.#unsaved.delete(sessionId);
    });
  }

  /**
   * Wraps all data keys with the next master key. Returns their number.
   * @throws AppError `wrong_master_key`
   */
  async changeMasterKey(transaction: Transaction, sealedNext: string): Promise<number> {
    const next = this.#nextKey(sealedNext);
    const rows = await transaction.rows<WrappedKey>(sql`SELECT session_id AS owner, wrapped FROM data_keys FOR UPDATE`);
    const wrapping = { masterKey: next, common: this.commonKey };
    for (const { owner, wrapped } of rows) {
      const name = nameOfDataKey(owner);
      const again = seal(next, name, unseal(this.#wrapping.masterKey, name, wrapped));
      if (owner === COMMON) wrapping.common = again;
      void transaction.run(sql`UPDATE data_keys SET wrapped = ${again} WHERE session_id = ${owner}`);
    }
    this.#changing.set(transaction, wrapping);
    transaction.afterCommit(() => (this.#wrapping = wrapping));
    return rows.length;
  }

  #nextKey(sealed: string): KeyObject {
    try {
      return keyOf(openNextKey(this.#wrapping.masterKey, sealed));
    } catch (cause) {
      throw new AppError('wrong_master_key', { cause });
    }
  }

  #unwrap(owner: Owner, wrapped: Buffer): void {
    try {
      this.#keys.set(owner, createSecretKey(unseal(this.#wrapping.masterKey, nameOfDataKey(owner), wrapped)));
    } catch {
      this.#damaged.add(owner);
    }
  }

  #create(owner: Owner): KeyObject {
    const key = createKey();
    this.#keys.set(owner, key);
    this.#unsaved.set(owner, key);
    return key;
  }

  #keyFor(owner: Owner): KeyObject {
    return this.#keys.get(owner) ?? this.#create(owner);
  }
}

function createKey(): KeyObject {
  return createSecretKey(randomBytes(KEY_BYTES));
}

function wrap(masterKey: KeyObject, owner: Owner, key: KeyObject): Buffer {
  return seal(masterKey, nameOfDataKey(owner), key.export());
}

/**
 * Stores a data key. Fails where the common key is another one, by the column that may not be null: another process has changed the
 * master key, which this one takes for damage, and would overwrite.
 */
function saving(owner: Owner, key: KeyObject, { masterKey, common }: Wrapping): Statement {
  const wrapped = wrap(masterKey, owner, key);
  return sql`INSERT INTO data_keys (session_id, wrapped) VALUES (${owner},
      (SELECT ${wrapped}::bytea FROM data_keys WHERE session_id = ${COMMON} AND wrapped = ${common} FOR SHARE))
    ON CONFLICT (session_id) DO UPDATE SET wrapped = excluded.wrapped`;
}

function setAside(owner: Owner): Statement {
  return sql`INSERT INTO damaged_values (place, session_id, value, found_at_ms)
    SELECT ${nameOfDataKey(owner)}, session_id, wrapped, (extract(epoch FROM now()) * 1000)::bigint
    FROM data_keys WHERE session_id = ${owner}
    ON CONFLICT (place) DO UPDATE SET value = excluded.value, found_at_ms = excluded.found_at_ms`;
}
