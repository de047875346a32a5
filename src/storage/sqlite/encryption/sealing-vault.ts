import { type KeyObject } from 'node:crypto';
import { type Database } from 'better-sqlite3';
import { type SessionId } from '../../../domain/session-id.ts';
import { seal, unseal } from '../../shared/encryption/cipher.ts';
import { type DataKeys } from './data-keys.ts';
import { type Owner, type CellAddress } from '../../shared/encryption/cell-address.ts';
import { SealBrokenError } from '../../shared/errors.ts';
import { type Vault } from '../../shared/encryption/vault.ts';

/** A data key in memory. */
interface Unwrapped {
  key: KeyObject;
  /** Whether its row is certainly committed: one that was made in a transaction may be rolled back with it. */
  isLasting: boolean;
}

/** Encrypts each value with its owner's data key, which is made when it is needed first and stays unwrapped in memory. */
export class SealingVault implements Vault {
  readonly #db: Database;
  readonly #dataKeys: DataKeys;
  readonly #unwrapped = new Map<Owner, Unwrapped>();

  constructor(db: Database, dataKeys: DataKeys) {
    this.#db = db;
    this.#dataKeys = dataKeys;
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
      const key = this.#known(owner);
      if (!key) throw new Error('its data key is gone');
      return unseal(key, name, stored);
    } catch (cause) {
      throw new SealBrokenError(name.split('\0', 2).join(' of '), cause);
    }
  }

  forget(sessionId: SessionId): void {
    this.#unwrapped.delete(sessionId);
  }

  #keyFor(owner: Owner): KeyObject {
    return this.#known(owner) ?? this.#remember(owner, this.#dataKeys.make(owner));
  }

  #known(owner: Owner): KeyObject | undefined {
    const known = this.#unwrapped.get(owner);
    if (known?.isLasting) return known.key;
    if (known && this.#dataKeys.has(owner)) return this.#remember(owner, known.key);
    const found = this.#dataKeys.find(owner);
    return found && this.#remember(owner, found);
  }

  #remember(owner: Owner, key: KeyObject): KeyObject {
    this.#unwrapped.set(owner, { key, isLasting: !this.#db.inTransaction });
    return key;
  }
}
