import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { type Secret } from '../../kit/secret.ts';
import { checkMasterKey, encryptExisting } from './encryption/encryption.ts';
import { migrate } from './migrate.ts';
import { StorageInUseError, StorageKeyError, StorageTooNewError, StorageUnreadableError } from '../shared/errors.ts';

const FILE_NAME = 'orchestrator.db';
/** How long a start waits for a process that is just going down. */
const BUSY_TIMEOUT_MS = 500;

/**
 * Opens the database in `folder` for this process alone and brings it up to date, which with its first master key
 * means that all of it is encrypted. It is left as it is when `masterKey` is not
 * the one that it is encrypted with.
 * @throws StorageInUseError, StorageKeyError, StorageTooNewError, StorageUnreadableError
 */
export function openDatabase(folder: string, masterKey: Secret | null): Database {
  const file = join(folder, FILE_NAME);
  let db: Database | undefined;
  try {
    createFile(folder, file);
    db = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
    takeForUs(db);
    checkSoundness(db);
    checkMasterKey(db, file, masterKey);
    migrate(db, file);
    if (masterKey) encryptExisting(db, masterKey);
    return db;
  } catch (error) {
    db?.close();
    throw explained(error, folder, file);
  }
}

/**
 * Keys of WhatsApp accounts are in there: folder and file are made for their owner only. An existing file
 * is not opened here, since closing it again would drop the lock that this very process may hold on it.
 */
function createFile(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(file)) closeSync(openSync(file, 'wx', 0o600));
}

/** Every commit is on the disk when it returns, and the lock is held from here until the close. */
function takeForUs(db: Database): void {
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('BEGIN EXCLUSIVE; COMMIT');
}

function checkSoundness(db: Database): void {
  const verdict = db.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw new Error(`it is damaged (${String(verdict)})`);
}

function explained(error: unknown, folder: string, file: string): Error {
  if (error instanceof StorageTooNewError || error instanceof StorageKeyError) return error;
  // By its fields, not by its class: SQLite's errors are made by its binary, which may know another class of that name.
  const { code = '', message = String(error) } = error as Partial<NodeJS.ErrnoException>;
  if (code.startsWith('SQLITE_BUSY')) return new StorageInUseError(folder, error);
  return new StorageUnreadableError(file, message, error);
}
