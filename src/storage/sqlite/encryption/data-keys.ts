import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type Sqlite from 'better-sqlite3';
import type { Secret } from '../../../kit/secret.ts';
import type { Owner } from '../../shared/encryption/cell-address.ts';
import { seal, unseal } from '../../shared/encryption/cipher.ts';
import { keyOf, nameOfDataKey, openNextKey } from '../../shared/encryption/master-key.ts';
import { withSecureDelete } from './secure-delete.ts';

const KEY_BYTES = 32;

/** A row of `data_keys`. */
interface Row {
  owner: Owner;
  wrapped: Buffer;
}

/** The data keys in the database, each wrapped with the master key and bound to its owner. */
export class DataKeys {
  readonly #sqlite: Sqlite.Database;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #rewrapAll: (newKey: KeyObject) => number;
  #masterKey: KeyObject;

  /** `masterKey` is 64 hex digits. */
  constructor(sqlite: Sqlite.Database, masterKey: Secret) {
    this.#sqlite = sqlite;
    this.#masterKey = keyOf(masterKey);
    this.#sql = prepare(sqlite);
    this.#rewrapAll = sqlite.transaction((newKey: KeyObject) => {
      const rows = this.#sql.all.all();
      for (const { owner, wrapped } of rows) {
        const name = nameOfDataKey(owner);
        this.#sql.change.run(seal(newKey, name, unseal(this.#masterKey, name, wrapped)), owner);
      }
      return rows.length;
    });
  }

  has(owner: Owner): boolean {
    return this.#sql.find.get(owner) !== undefined;
  }

  /**
   * The data key of the owner, if there is one.
   * @throws Error when it was wrapped with another master key
   */
  find(owner: Owner): KeyObject | undefined {
    const row = this.#sql.find.get(owner);
    return row && createSecretKey(unseal(this.#masterKey, nameOfDataKey(owner), row.wrapped));
  }

  /** Creates the data key of an owner that has none. */
  create(owner: Owner): KeyObject {
    const key = randomBytes(KEY_BYTES);
    this.#sql.add.run(owner, seal(this.#masterKey, nameOfDataKey(owner), key));
    return createSecretKey(key);
  }

  /**
   * Replaces a data key that cannot be unwrapped, which is set aside: what it encrypted is lost, and what comes from now on
   * can be stored again.
   */
  replaceDamaged(owner: Owner): KeyObject {
    this.#sqlite.prepare<[Owner]>(SET_ASIDE).run(owner);
    this.#sql.remove.run(owner);
    return this.create(owner);
  }

  /** Destroys a data key: nothing that it encrypts, in free pages and in later copies of the file, can be read again. */
  destroy(owner: Owner): void {
    withSecureDelete(this.#sqlite, () => this.#sql.remove.run(owner));
  }

  /** Wraps every data key with another master key (64 hex digits), all of them or none. Returns their number. */
  rewrap(masterKey: Secret): number {
    const newKey = keyOf(masterKey);
    const count = this.#rewrapAll(newKey);
    this.#masterKey = newKey;
    return count;
  }

  /**
   * Decrypts the master key in the result of {@link sealNextKey}.
   * @throws Error when it was not encrypted with the current master key
   */
  openNextKey(sealed: string): Secret {
    return openNextKey(this.#masterKey, sealed);
  }
}

/** The time is SQLite's own: only housekeeping looks at it. */
const SET_ASIDE = `INSERT OR REPLACE INTO damaged_values (place, session_id, value, found_at_ms)
  SELECT 'data_keys.wrapped' || char(0) || session_id, session_id, wrapped, unixepoch() * 1000
  FROM data_keys WHERE session_id = ?`;

function prepare(sqlite: Sqlite.Database) {
  return {
    all: sqlite.prepare<[], Row>('SELECT session_id AS owner, wrapped FROM data_keys'),
    find: sqlite.prepare<[Owner], Pick<Row, 'wrapped'>>('SELECT wrapped FROM data_keys WHERE session_id = ?'),
    add: sqlite.prepare<[Owner, Buffer]>('INSERT INTO data_keys (session_id, wrapped) VALUES (?, ?)'),
    change: sqlite.prepare<[Buffer, Owner]>('UPDATE data_keys SET wrapped = ? WHERE session_id = ?'),
    remove: sqlite.prepare<[Owner]>('DELETE FROM data_keys WHERE session_id = ?'),
  };
}
