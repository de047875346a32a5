import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { type Database, type Statement } from 'better-sqlite3';
import { Secret } from '../../../kit/secret.ts';
import { seal, unseal } from '../../shared/encryption/cipher.ts';
import { type Owner } from '../../shared/encryption/cell-address.ts';

const KEY_BYTES = 32;
/** The additional data of a master key that is on its way to the process that shall have it. */
const NEXT_MASTER_KEY = 'the next master key';

/** A row of `data_keys`. */
interface Row {
  owner: Owner;
  wrapped: Buffer;
}

/** The data keys as rows, each wrapped by the master key and bound to its owner. */
export class DataKeys {
  #masterKey: KeyObject;
  readonly #find: Statement<[Owner], { wrapped: Buffer }>;
  readonly #add: Statement<[Owner, Buffer]>;
  readonly #rewrap: (newer: KeyObject) => number;

  /** `masterKey` is of 64 hex digits. */
  constructor(db: Database, masterKey: Secret) {
    this.#masterKey = keyOf(masterKey);
    this.#find = db.prepare('SELECT wrapped FROM data_keys WHERE session_id = ?');
    this.#add = db.prepare('INSERT INTO data_keys (session_id, wrapped) VALUES (?, ?)');
    const all = db.prepare<[], Row>('SELECT session_id AS owner, wrapped FROM data_keys');
    const change = db.prepare<[Buffer, Owner]>('UPDATE data_keys SET wrapped = ? WHERE session_id = ?');
    this.#rewrap = db.transaction((newer: KeyObject) => {
      const rows = all.all();
      for (const { owner, wrapped } of rows) {
        const name = nameOf(owner);
        change.run(seal(newer, name, unseal(this.#masterKey, name, wrapped)), owner);
      }
      return rows.length;
    });
  }

  has(owner: Owner): boolean {
    return this.#find.get(owner) !== undefined;
  }

  /**
   * The data key of the owner, if it has one.
   * @throws Error when the master key is not the one that wrapped it
   */
  find(owner: Owner): KeyObject | undefined {
    const row = this.#find.get(owner);
    return row && createSecretKey(unseal(this.#masterKey, nameOf(owner), row.wrapped));
  }

  /** A new data key for an owner that has none. */
  make(owner: Owner): KeyObject {
    const key = randomBytes(KEY_BYTES);
    this.#add.run(owner, seal(this.#masterKey, nameOf(owner), key));
    return createSecretKey(key);
  }

  /** Wraps every data key with another master key (64 hex digits), all or none; answers how many there are. */
  rewrap(masterKey: Secret): number {
    const newer = keyOf(masterKey);
    const count = this.#rewrap(newer);
    this.#masterKey = newer;
    return count;
  }

  /**
   * The master key that {@link sealNextKey} was given.
   * @throws Error when it was not sealed with the master key of now
   */
  openNextKey(sealed: string): Secret {
    const key = unseal(this.#masterKey, NEXT_MASTER_KEY, Buffer.from(sealed, 'base64'));
    if (key.length !== KEY_BYTES) throw new Error('it is no key');
    return new Secret(key.toString('hex'));
  }
}

/** A master key for the process that has the database: only with the present one can it be made, and read. */
export function sealNextKey({ from, to }: { from: Secret; to: Secret }): string {
  return seal(keyOf(from), NEXT_MASTER_KEY, Buffer.from(to.reveal(), 'hex')).toString('base64');
}

function keyOf(masterKey: Secret): KeyObject {
  return createSecretKey(masterKey.reveal(), 'hex');
}

function nameOf(owner: Owner): string {
  return `data_keys.wrapped\0${owner}`;
}
