import { type Database } from 'better-sqlite3';
import { type Secret } from '../../../kit/secret.ts';
import { DataKeys } from './data-keys.ts';
import { COMMON } from '../../shared/encryption/cell-address.ts';
import { sealExisting } from './seal-existing.ts';
import { SealingVault } from './sealing-vault.ts';
import { StorageKeyError } from '../../shared/errors.ts';

/** The row of `settings` that says that pages of the file may still hold what was stored before it was encrypted. */
const TRACES = 'traces of plaintext';

/**
 * Refuses a master key that is not the one of the database, and the lack of one for a database that is encrypted. Changes nothing.
 * @throws StorageKeyError; Error when a part of the data keys was taken away, which must not look like a database that never had any
 */
export function checkMasterKey(db: Database, file: string, masterKey: Secret | null): void {
  if (!hasDataKeys(db)) return;
  if (!masterKey) throw new StorageKeyError(file, 'is encrypted');
  if (!opensCommonKey(db, file, masterKey)) throw new Error('the data key of what belongs to no session is gone');
}

function opensCommonKey(db: Database, file: string, masterKey: Secret): boolean {
  try {
    return new DataKeys(db, masterKey).find(COMMON) !== undefined;
  } catch (cause) {
    throw new StorageKeyError(file, 'was encrypted with another master key', cause);
  }
}

/** Encrypts everything that is there with the first master key that the database gets. Later it changes nothing. */
export function encryptExisting(db: Database, masterKey: Secret): void {
  // What is freed is overwritten where that costs nothing; `overwriting` does it always.
  db.pragma('secure_delete = FAST');
  if (!hasDataKeys(db)) encrypt(db, masterKey);
  if (db.prepare('SELECT 1 FROM settings WHERE name = ?').get(TRACES)) removeTraces(db);
}

function hasDataKeys(db: Database): boolean {
  const table = db.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'data_keys'`).get();
  return table !== undefined && db.prepare('SELECT 1 FROM data_keys LIMIT 1').get() !== undefined;
}

/** All or nothing: a process that ends in between leaves the database as it was, and the next one begins again. */
function encrypt(db: Database, masterKey: Secret): void {
  db.transaction(() => {
    const dataKeys = new DataKeys(db, masterKey);
    dataKeys.make(COMMON);
    sealExisting(db, new SealingVault(db, dataKeys));
    db.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)').run(TRACES, 'there may be some');
  })();
}

/** Rows that were changed leave what they were in free parts of the file, and in the write-ahead log. */
function removeTraces(db: Database): void {
  db.exec('VACUUM');
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.prepare('DELETE FROM settings WHERE name = ?').run(TRACES);
}
