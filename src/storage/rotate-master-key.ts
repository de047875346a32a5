import { type Secret } from '../kit/secret.ts';
import { rewrapAll } from './data-keys.ts';
import { openDatabase } from './database.ts';

/**
 * Has the database in `authDir` open with another master key from now on; answers how many data keys were wrapped anew.
 * What they encrypt stays as it is. All of them are changed or none.
 * @throws StorageInUseError while the server runs, StorageKeyError when `from` is not the key of the database
 */
export function rotateMasterKey(authDir: string, keys: { from: Secret; to: Secret }): number {
  const db = openDatabase(authDir, keys.from);
  try {
    db.pragma('secure_delete = ON');
    const count = rewrapAll(db, keys);
    db.pragma('wal_checkpoint(TRUNCATE)');
    return count;
  } finally {
    db.close();
  }
}
