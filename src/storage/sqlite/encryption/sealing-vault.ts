import type { KeyObject } from 'node:crypto';
import type Sqlite from 'better-sqlite3';
import type { SessionId } from '../../../domain/session-id.ts';
import { type CellAddress, COMMON, type Owner } from '../../shared/encryption/cell-address.ts';
import { seal, unseal } from '../../shared/encryption/cipher.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { SealBrokenError } from '../../shared/errors.ts';
import type { DataKeys } from './data-keys.ts';

/** A data key in memory. */
interface UnwrappedKey {
  key: KeyObject;
  /** Whether its row is certainly committed: a key that was created in a transaction may be rolled back with it. */
  isDurable: boolean;
}

/** Encrypts each value with its owner's data key, which is created on first use and stays unwrapped in memory. */
export class SealingVault implements Vault {
  readonly #sqlite: Sqlite.Database;
  readonly #dataKeys: DataKeys;
  readonly #unwrapped = new Map<Owner, UnwrappedKey>();

  constructor(sqlite: Sqlite.Database, dataKeys: DataKeys) {
    this.#sqlite = sqlite;
    this.#dataKeys = dataKeys;
    // It is used within transactions only: read there, it would be asked for again each time.
    this.#find(COMMON);
  }

  seal(cell: CellAddress, text: string): string {
    return seal(this.#keyFor(cell.owner), cell.name, text).toString('base64');
  }

  open(cell: CellAddress, stored: string): string {
    return this.openBytes(cell, Buffer.from(stored, 'base64')).toString('utf8');
  }

  sealBytes(cell: CellAddress, bytes: Uint8Array): Buffer {
    return seal(this.#keyFor(cell.owner), cell.name, bytes);
  }

  openBytes({ owner, name }: CellAddress, stored: Buffer): Buffer {
    try {
      const key = this.#find(owner);
      if (!key) throw new Error('its data key is missing');
      return unseal(key, name, stored);
    } catch (cause) {
      throw new SealBrokenError(name.split('\0', 2).join(' of '), cause);
    }
  }

  /** If the transaction is rolled back, the key is found in the database again. */
  forget(sessionId: SessionId): void {
    this.#dataKeys.destroy(sessionId);
    this.#unwrapped.delete(sessionId);
  }

  #keyFor(owner: Owner): KeyObject {
    try {
      return this.#find(owner) ?? this.#remember(owner, this.#dataKeys.create(owner));
    } catch (error) {
      // The key of everybody's values is checked at the start. That of one session must not stop it for good.
      if (owner === COMMON || !isUndecryptable(error)) throw error;
      return this.#remember(owner, this.#dataKeys.replaceDamaged(owner));
    }
  }

  #find(owner: Owner): KeyObject | undefined {
    const known = this.#unwrapped.get(owner);
    if (known?.isDurable) return known.key;
    if (known && this.#dataKeys.has(owner)) return this.#remember(owner, known.key);
    const found = this.#dataKeys.find(owner);
    return found && this.#remember(owner, found);
  }

  #remember(owner: Owner, key: KeyObject): KeyObject {
    this.#unwrapped.set(owner, { key, isDurable: !this.#sqlite.inTransaction });
    return key;
  }
}

/** Not an error of SQLite, which has a code of its own. */
function isUndecryptable(error: unknown): boolean {
  const { code = '' } = (error ?? {}) as { code?: unknown };
  return !String(code).startsWith('SQLITE_');
}
