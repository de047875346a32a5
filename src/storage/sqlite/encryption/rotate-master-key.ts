import type Sqlite from 'better-sqlite3';
import { AppError } from '../../../domain/errors.ts';
import type { Secret } from '../../../kit/secret.ts';
import { StorageKeyError } from '../../shared/errors.ts';
import { openDatabase } from '../open-database.ts';
import { DataKeys } from './data-keys.ts';
import { withSecureDelete } from './secure-delete.ts';

/**
 * Changes the master key of an open database; `sealed` comes from `sealNextKey`. Returns the number of data keys that were
 * wrapped again. Without data keys nothing is encrypted. Call it outside of any transaction.
 * @throws AppError `storage_not_encrypted`, `wrong_master_key`
 */
export function changeMasterKey(sqlite: Sqlite.Database, dataKeys: DataKeys | null, sealed: string): number {
  if (!dataKeys) throw new AppError('storage_not_encrypted');
  return rewrapAll(sqlite, dataKeys, nextKey(dataKeys, sealed));
}

/**
 * Changes the master key of the database in `authDir`. Returns the number of data keys that were wrapped again: all of them
 * or, on failure, none. What they encrypt stays as it is.
 * @throws StorageInUseError while the server runs, StorageKeyError when `from` is not the key of the database
 */
export function rotateMasterKey(authDir: string, { from, to }: { from: Secret; to: Secret }): number {
  const sqlite = openDatabase(authDir, from);
  try {
    return rewrapAll(sqlite, new DataKeys(sqlite, from), to);
  } finally {
    sqlite.close();
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

/** Whoever has the old key must find nothing in the file that it decrypts. */
function rewrapAll(sqlite: Sqlite.Database, dataKeys: DataKeys, to: Secret): number {
  const count = withSecureDelete(sqlite, () => dataKeys.rewrap(to));
  emptyLog(sqlite);
  return count;
}

function emptyLog(sqlite: Sqlite.Database): void {
  try {
    sqlite.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // The key is changed even when the disk refuses this; the next checkpoint makes up for it.
  }
}
