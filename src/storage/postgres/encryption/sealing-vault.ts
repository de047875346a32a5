import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { SessionId } from '../../../domain/session-id.ts';
import type { NodeRun } from '../../../ports/ownership.ts';
import { type CellAddress, COMMON, type Owner } from '../../shared/encryption/cell-address.ts';
import { seal, unseal } from '../../shared/encryption/cipher.ts';
import { nameOfDataKey } from '../../shared/encryption/master-key.ts';
import { SealBrokenError } from '../../shared/errors.ts';
import { sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';
import { changeMasterKey } from './change-master-key.ts';
import type { KeyRing, MasterKeyChange } from './key-ring.ts';
import type { PostgresVault, WrappedKey } from './vault.ts';

const KEY_BYTES = 32;

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
  readonly #ring: KeyRing;

  constructor(ring: KeyRing, wrappedKeys: readonly WrappedKey[]) {
    this.#ring = ring;
    for (const row of wrappedKeys) this.#unwrap(row);
  }

  get masterKeys(): readonly string[] {
    return this.#ring.ids;
  }

  /** Creates the common data key. The caller stores it. */
  createCommon(): { wrapped: Buffer; by: string } {
    const key = createKey();
    this.#keys.set(COMMON, key);
    return this.#ring.wrap(COMMON, key);
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
    for (const [owner, key] of this.#unsaved) {
      if (!isWritten(owner)) continue;
      if (this.#damaged.has(owner)) void transaction.run(setAside(owner));
      void transaction.run(this.#ring.saving(owner, key));
      transaction.afterCommit(() => {
        if (this.#unsaved.get(owner) === key) this.#unsaved.delete(owner);
        this.#damaged.delete(owner);
      });
    }
  }

  adopt(sessionIds: readonly SessionId[], keys: readonly WrappedKey[]): void {
    const foreign = keys.find(({ by }) => by !== null && !this.#ring.ids.includes(by));
    if (foreign) throw new Error(`The master key ${foreign.by} of a session is not known here`);
    for (const sessionId of sessionIds) {
      this.#keys.delete(sessionId);
      this.#unsaved.delete(sessionId);
      this.#damaged.delete(sessionId);
    }
    for (const row of keys) this.#unwrap(row);
  }

  forget(transaction: Transaction, sessionId: SessionId): void {
    void transaction.run(sql`DELETE FROM data_keys WHERE session_id = ${sessionId}`);
    transaction.afterCommit(() => {
      this.#keys.delete(sessionId);
      this.#unsaved.delete(sessionId);
    });
  }

  /**
   * What a request made by `sealNextKey` asks for.
   * @throws AppError `wrong_master_key`
   */
  changeOf(sealedNext: string): MasterKeyChange {
    return this.#ring.changeOf(sealedNext);
  }

  /**
   * Wraps all data keys with the next master key, as one of several nodes if there is a `run`. Returns their number.
   * @throws AppError `wrong_master_key`, `nodes_lack_master_key`
   */
  changeMasterKey(transaction: Transaction, change: MasterKeyChange, run: NodeRun | undefined): Promise<number> {
    return changeMasterKey(transaction, this.#ring, change, run);
  }

  #unwrap(row: WrappedKey): void {
    const unwrapped = this.#ring.unwrap(row);
    if (unwrapped) this.#keys.set(row.owner, createSecretKey(unwrapped.dataKey));
    else this.#damaged.add(row.owner);
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

function setAside(owner: Owner): Statement {
  return sql`INSERT INTO damaged_values (place, session_id, value, found_at_ms)
    SELECT ${nameOfDataKey(owner)}, session_id, wrapped, (extract(epoch FROM now()) * 1000)::bigint
    FROM data_keys WHERE session_id = ${owner}
    ON CONFLICT (place) DO UPDATE SET value = excluded.value, found_at_ms = excluded.found_at_ms`;
}
