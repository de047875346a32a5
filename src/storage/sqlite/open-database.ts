import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Secret } from '../../kit/secret.ts';
import {
  StorageInUseError,
  StorageKeyError,
  StorageMovedError,
  StorageTooNewError,
  StorageTooOldError,
  StorageUnreadableError,
} from '../shared/errors.ts';
import { checkMasterKey, encryptExisting } from './encryption/encrypt-database.ts';
import { checkCurrent, migrate } from './migrations/migrate.ts';
import { movedAwayTo } from './moving/moved-away.ts';

/** The database within its folder. */
export const FILE_NAME = 'orchestrator.db';
/** How long a start waits for a process that is just shutting down. */
const BUSY_TIMEOUT_MS = 500;

/** Errors that say what to do. */
const SENTENCES = [StorageTooNewError, StorageTooOldError, StorageKeyError, StorageMovedError];
/** For the check of a start, in SQLite's form: negative in KiB. */
const CHECK_CACHE = -1_000;
/** Some seconds of work. */
const MAX_REWRITTEN_BYTES = 256 * 1024 * 1024;

/**
 * Opens the database in `folder` exclusively, migrates it to the current schema and, with its first master key, encrypts it.
 * With a wrong master key it is left as it is, and so is one with plaintext, unless `adoptPlaintext` is set.
 * @throws StorageInUseError, StorageKeyError, StorageMovedError, StorageTooNewError, StorageUnreadableError
 */
export function openDatabase(folder: string, masterKey: Secret | null, adoptPlaintext = false): Sqlite.Database {
  const file = join(folder, FILE_NAME);
  let sqlite: Sqlite.Database | undefined;
  try {
    createFile(folder, file);
    sqlite = openFile(file);
    lock(sqlite);
    checkIntegrity(sqlite);
    checkNotMoved(sqlite, file);
    checkMasterKey(sqlite, { file, masterKey, adoptPlaintext });
    migrate(sqlite, file);
    if (masterKey) encryptExisting(sqlite, masterKey);
    allowGivingBack(sqlite);
    keepSavepointsInMemory(sqlite);
    return sqlite;
  } catch (error) {
    sqlite?.close();
    throw explained(error, folder, file);
  }
}

/**
 * Opens the database in `folder` exclusively as it is, to move from it, or to it: then a new one is created. Needs no master key.
 * @throws StorageInUseError, StorageTooNewError, StorageTooOldError, StorageUnreadableError
 */
export function openToMove(folder: string, role: 'source' | 'target'): Sqlite.Database {
  const file = join(folder, FILE_NAME);
  let sqlite: Sqlite.Database | undefined;
  try {
    if (role === 'target') createFile(folder, file);
    else if (!existsSync(file)) throw new Error('it does not exist');
    sqlite = openFile(file);
    lock(sqlite);
    checkIntegrity(sqlite);
    if (role === 'target' && sqlite.pragma('user_version', { simple: true }) === 0) migrate(sqlite, file);
    else checkCurrent(sqlite, file);
    return sqlite;
  } catch (error) {
    sqlite?.close();
    throw explained(error, folder, file);
  }
}

/**
 * Opens the database in `folder` exclusively as it is, of whichever version, to copy it. Needs no master key.
 * @throws StorageInUseError, StorageUnreadableError
 */
export function openToCopy(folder: string): Sqlite.Database {
  const file = join(folder, FILE_NAME);
  let sqlite: Sqlite.Database | undefined;
  try {
    if (!existsSync(file)) throw new Error('it does not exist');
    sqlite = openFile(file);
    lock(sqlite);
    return sqlite;
  } catch (error) {
    sqlite?.close();
    throw explained(error, folder, file);
  }
}

function openFile(file: string): Sqlite.Database {
  const sqlite = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
  // Only in a new file does it take effect at once; an existing one is not to be changed yet.
  if (sqlite.pragma('page_count', { simple: true }) === 0) sqlite.pragma('auto_vacuum = INCREMENTAL');
  return sqlite;
}

/**
 * The database holds keys of WhatsApp accounts: folder and file are created for their owner only. An existing file is not
 * opened here, since closing it again would drop the lock that this very process may hold on it.
 */
function createFile(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  makePrivate(folder);
  if (!existsSync(file)) closeSync(openSync(file, 'wx', 0o600));
}

/** The folder may stand there already, as in a clone. One that belongs to somebody else stays as it is. */
function makePrivate(folder: string): void {
  try {
    chmodSync(folder, 0o700);
  } catch {
    // Opening the database says whether we can work here.
  }
}

/** Makes every commit reach the disk before it returns, and takes the lock that is held until the file is closed. */
function lock(sqlite: Sqlite.Database): void {
  sqlite.pragma('locking_mode = EXCLUSIVE');
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.exec('BEGIN EXCLUSIVE; COMMIT');
}

/**
 * Rewrites a file of an earlier version once, so that pruning can give space back. A large file stays as it is: its space is
 * used again, and a start must not take minutes.
 */
function allowGivingBack(sqlite: Sqlite.Database): void {
  const pragma = (name: string) => sqlite.pragma(name, { simple: true }) as number;
  if (pragma('auto_vacuum') !== 0 || pragma('page_count') * pragma('page_size') > MAX_REWRITTEN_BYTES) return;
  try {
    sqlite.pragma('auto_vacuum = INCREMENTAL');
    sqlite.exec('VACUUM');
  } catch {
    // Without room for a second copy, a later start does it.
  }
}

/**
 * What a transaction within a group has overwritten is kept until it ends. Beyond 64 KiB, which some ten messages at a time exceed, SQLite
 * would write it to a file. Not before the start is over: a `VACUUM` may take more than there is memory.
 */
function keepSavepointsInMemory(sqlite: Sqlite.Database): void {
  sqlite.pragma('temp_store = MEMORY');
}

function checkIntegrity(sqlite: Sqlite.Database): void {
  // It reads every page once, and would leave the cache full of what nobody needs.
  const cacheSize = Number(sqlite.pragma('cache_size', { simple: true }));
  sqlite.pragma(`cache_size = ${CHECK_CACHE}`);
  const verdict = sqlite.pragma('quick_check(1)', { simple: true });
  sqlite.pragma(`cache_size = ${cacheSize}`);
  if (verdict !== 'ok') throw new Error(`it is damaged (${String(verdict)})`);
}

function checkNotMoved(sqlite: Sqlite.Database, file: string): void {
  const target = movedAwayTo(sqlite);
  if (target !== undefined) throw new StorageMovedError(file, target);
}

function explained(error: unknown, folder: string, file: string): Error {
  if (SENTENCES.some((type) => error instanceof type)) return error as Error;
  // By its fields, not its class: SQLite's binary creates its errors, perhaps from another class of that name.
  const { code = '', message = String(error) } = error as Partial<NodeJS.ErrnoException>;
  if (code.startsWith('SQLITE_BUSY')) return new StorageInUseError(folder, 'AUTH_DIR', error);
  return new StorageUnreadableError(file, message, error);
}
