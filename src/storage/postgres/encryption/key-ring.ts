import type { KeyObject } from 'node:crypto';
import { AppError } from '../../../domain/errors.ts';
import type { Secret } from '../../../kit/secret.ts';
import { COMMON, type Owner } from '../../shared/encryption/cell-address.ts';
import { seal, unseal } from '../../shared/encryption/cipher.ts';
import { idOfMasterKey, keyOf, nameOfDataKey, openNextKey } from '../../shared/encryption/master-key.ts';
import { sql, type Statement } from '../sql.ts';
import type { WrappedKey } from './vault.ts';

/** A change of the master key, as it was asked for. */
export interface MasterKeyChange {
  /** The id of the key that the database must have. */
  from: string;
  next: KeyObject;
  /** The id of the next key. */
  to: string;
  /** Whether it was done once, and perhaps committed without an answer. */
  isRepeated: boolean;
}

/**
 * The master keys that this process knows, by their ids: one, or two while the key is being changed. Which of them wraps the data keys is
 * for the database to say: another node may change it at any time.
 */
export class KeyRing {
  readonly #keys: Map<string, KeyObject>;

  /** Each is 64 hex digits. */
  constructor(masterKeys: readonly Secret[]) {
    this.#keys = new Map(masterKeys.map(keyOf).map((key) => [idOfMasterKey(key), key]));
  }

  get ids(): string[] {
    return [...this.#keys.keys()];
  }

  /** The data key, and the id of the master key that wraps it; `undefined` if none of these does. */
  unwrap({ owner, wrapped }: Pick<WrappedKey, 'owner' | 'wrapped'>): { dataKey: Buffer; by: string } | undefined {
    for (const [by, key] of this.#keys) {
      try {
        return { dataKey: unseal(key, nameOfDataKey(owner), wrapped), by };
      } catch {
        // Perhaps another one does.
      }
    }
    return undefined;
  }

  /** The data key, wrapped by the first of the master keys. */
  wrap(owner: Owner, dataKey: KeyObject): { wrapped: Buffer; by: string } {
    const [first] = this.#wrapped(owner, dataKey);
    if (!first) throw new Error('There is no master key');
    return first;
  }

  /**
   * Stores a data key, wrapped by the same master key as the common one, which cannot be changed meanwhile. Fails where that is wrapped by
   * another one, by the column that may not be null: this process would take what others have written for damage, and overwrite it.
   */
  saving(owner: Owner, dataKey: KeyObject): Statement {
    const all = this.#wrapped(owner, dataKey);
    const ids = all.map(({ by }) => by);
    const wrapped = all.map((it) => it.wrapped);
    return sql`WITH common AS MATERIALIZED (SELECT wrapped_by AS by FROM data_keys WHERE session_id = ${COMMON} FOR SHARE)
      INSERT INTO data_keys (session_id, wrapped_by, wrapped)
      VALUES (${owner}, (SELECT by FROM common),
        (SELECT (${wrapped}::bytea[])[array_position(${ids}::text[], by)] FROM common))
      ON CONFLICT (session_id) DO UPDATE SET wrapped = excluded.wrapped, wrapped_by = excluded.wrapped_by`;
  }

  /**
   * What a request asks for that was made by `sealNextKey` with one of these keys.
   * @throws AppError `wrong_master_key`
   */
  changeOf(sealed: string): MasterKeyChange {
    const causes: unknown[] = [];
    for (const [from, key] of this.#keys) {
      try {
        const next = keyOf(openNextKey(key, sealed));
        return { from, next, to: idOfMasterKey(next), isRepeated: false };
      } catch (cause) {
        causes.push(cause);
      }
    }
    throw new AppError('wrong_master_key', { cause: causes[0] });
  }

  add(id: string, key: KeyObject): void {
    this.#keys.set(id, key);
  }

  /** Forgets all but these. */
  keep(ids: readonly string[]): void {
    for (const id of this.ids) if (!ids.includes(id)) this.#keys.delete(id);
  }

  #wrapped(owner: Owner, dataKey: KeyObject): { wrapped: Buffer; by: string }[] {
    return [...this.#keys].map(([by, key]) => ({ by, wrapped: seal(key, nameOfDataKey(owner), dataKey.export()) }));
  }
}
