import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { type Database, type Statement } from 'better-sqlite3';
import { type Secret } from '../kit/secret.ts';
import { seal, unseal } from './cipher.ts';
import { type Owner } from './places.ts';

const KEY_BYTES = 32;

/** The data keys as rows, each wrapped by the master key and bound to its owner. */
export class DataKeys {
  readonly #masterKey: KeyObject;
  readonly #find: Statement<[Owner], { wrapped: Buffer }>;
  readonly #add: Statement<[Owner, Buffer]>;

  /** `masterKey` is of 64 hex digits. */
  constructor(db: Database, masterKey: Secret) {
    this.#masterKey = createSecretKey(masterKey.reveal(), 'hex');
    this.#find = db.prepare('SELECT wrapped FROM data_keys WHERE session_id = ?');
    this.#add = db.prepare('INSERT INTO data_keys (session_id, wrapped) VALUES (?, ?)');
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
}

/** Wraps every data key anew, in one transaction; answers how many there are. Both keys are of 64 hex digits. */
export function rewrapAll(db: Database, { from, to }: { from: Secret; to: Secret }): number {
  const [older, newer] = [from, to].map((key) => createSecretKey(key.reveal(), 'hex')) as [KeyObject, KeyObject];
  const change = db.prepare<[Buffer, Owner]>('UPDATE data_keys SET wrapped = ? WHERE session_id = ?');
  const all = db.prepare<[], { owner: Owner; wrapped: Buffer }>('SELECT session_id AS owner, wrapped FROM data_keys');
  return db.transaction(() => {
    const rows = all.all();
    for (const { owner, wrapped } of rows) {
      const name = nameOf(owner);
      change.run(seal(newer, name, unseal(older, name, wrapped)), owner);
    }
    return rows.length;
  })();
}

function nameOf(owner: Owner): string {
  return `data_keys.wrapped\0${owner}`;
}
