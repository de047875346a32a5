import { closeSync, openSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { messageOf } from '../../kit/failure.ts';
import { StorageUnreadableError } from '../shared/errors.ts';
import { openToCopy } from './open-database.ts';

/** What is in a copy of the database. */
export interface BackupContents {
  sessions: number;
  pendingCallbacks: number;
  isEncrypted: boolean;
}

/**
 * Copies the database in `folder` to a new file of mode 0600 while no server uses it.
 * @throws StorageInUseError, StorageUnreadableError
 */
export async function copyStopped(folder: string, file: string): Promise<void> {
  const sqlite = openToCopy(folder);
  try {
    closeSync(openSync(file, 'wx', 0o600));
    await sqlite.backup(file);
  } finally {
    sqlite.close();
  }
}

/**
 * Reads a whole copy of the database, and leaves it as one file that is on disk.
 * @throws StorageUnreadableError when anything in it is damaged
 */
export function verifyBackup(file: string): BackupContents {
  let sqlite: Sqlite.Database | undefined;
  try {
    sqlite = new Sqlite(file, { fileMustExist: true });
    sqlite.pragma('locking_mode = EXCLUSIVE');
    sqlite.pragma('journal_mode = DELETE');
    const verdict = sqlite.pragma('integrity_check(1)', { simple: true });
    if (verdict !== 'ok') throw new Error(`it is damaged (${String(verdict)})`);
    const count = (from: string) => sqlite?.prepare<[], number>(`SELECT count(*) FROM ${from}`).pluck().get() ?? 0;
    const hasKeys = count(`sqlite_master WHERE type = 'table' AND name = 'data_keys'`) > 0;
    return {
      sessions: count('sessions'),
      pendingCallbacks: count(`callbacks WHERE state = 'pending'`),
      isEncrypted: hasKeys && count('data_keys') > 0,
    };
  } catch (error) {
    throw new StorageUnreadableError(file, messageOf(error), error);
  } finally {
    sqlite?.close();
  }
}
