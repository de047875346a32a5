import { type Database } from 'better-sqlite3';
import { AppError } from '../../../domain/errors.ts';
import { type Secret } from '../../../kit/secret.ts';
import { DataKeys } from './data-keys.ts';
import { openDatabase } from '../open-database.ts';
import { overwriting } from './overwriting.ts';
import { StorageKeyError } from '../../shared/errors.ts';

/**
 * Has the open database take another master key; answers how many data keys were wrapped anew. To be called outside of any
 * transaction. Without data keys nothing is encrypted.
 * @throws AppError `storage_not_encrypted`, `wrong_master_key`
 */
export function changeMasterKey(db: Database, dataKeys: DataKeys | null, sealed: string): number {
  if (!dataKeys) throw new AppError('storage_not_encrypted');
  return rewrapAll(db, dataKeys, nextKey(dataKeys, sealed));
}

/**
 * Has the database in `authDir` open with another master key from now on; answers how many data keys were wrapped anew.
 * What they encrypt stays as it is. All of them are changed or none.
 * @throws StorageInUseError while the server runs, StorageKeyError when `from` is not the key of the database
 */
export function rotateMasterKey(authDir: string, { from, to }: { from: Secret; to: Secret }): number {
  const db = openDatabase(authDir, from);
  try {
    return rewrapAll(db, new DataKeys(db, from), to);
  } finally {
    db.close();
  }
}

/**
 * Whether this is the master key of the encrypted database in `authDir`.
 * @throws StorageInUseError while the server runs, StorageTooNewError, StorageUnreadableError
 */
export function opensWith(authDir: string, masterKey: Secret): boolean {
  try {
    openDatabase(authDir, masterKey).close();
    return true;
  } catch (error) {
    if (error instanceof StorageKeyError) return false;
    throw error;
  }
}

function nextKey(dataKeys: DataKeys, sealed: string): Secret {
  try {
    return dataKeys.openNextKey(sealed);
  } catch (cause) {
    throw new AppError('wrong_master_key', { cause });
  }
}

function rewrapAll(db: Database, dataKeys: DataKeys, to: Secret): number {
  // Who has the older key must find nothing in the file that it opens.
  const count = overwriting(db, () => dataKeys.rewrap(to));
  emptyLog(db);
  return count;
}

/** The key is changed by now, also when the disk does not take this: the next checkpoint does it then. */
function emptyLog(db: Database): void {
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // See above.
  }
}
