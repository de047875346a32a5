import type Sqlite from 'better-sqlite3';
import type { Secret } from '../../../kit/secret.ts';
import { COMMON } from '../../shared/encryption/cell-address.ts';
import { StorageKeyError } from '../../shared/errors.ts';
import { bindBodies, UNBOUND } from './bind-bodies.ts';
import { DataKeys } from './data-keys.ts';
import { sealExisting } from './seal-existing.ts';
import { SealingVault } from './sealing-vault.ts';

/** The row of `settings` which says that pages of the file may still hold plaintext from before the encryption. */
const TRACES = 'traces of plaintext';

/** The tables of a new database that have rows all the same. */
const NEVER_EMPTY = ['sequences', 'runs'];

/** What {@link checkMasterKey} needs to know. */
export interface MasterKeyCheck {
  file: string;
  masterKey: Secret | null;
  /** Whether a database that was stored in plaintext may be encrypted. */
  adoptPlaintext: boolean;
}

/**
 * Rejects a wrong master key, a missing one when the database is encrypted, and one for a database with plaintext that nobody
 * said is to be encrypted: somebody may have put it there, with API keys of their choice. Changes nothing.
 * @throws StorageKeyError; Error when some of the data keys were deleted: the database must not pass for one that was never
 *   encrypted
 */
export function checkMasterKey(sqlite: Sqlite.Database, { file, masterKey, adoptPlaintext }: MasterKeyCheck): void {
  if (!hasDataKeys(sqlite)) {
    if (masterKey && !adoptPlaintext && hasContent(sqlite)) throw new Error(NOT_ENCRYPTED);
    return;
  }
  if (!masterKey) throw new StorageKeyError(file, 'is encrypted');
  if (!hasCommonKey(sqlite, file, masterKey)) throw new Error('its common data key is missing');
}

function hasCommonKey(sqlite: Sqlite.Database, file: string, masterKey: Secret): boolean {
  try {
    return new DataKeys(sqlite, masterKey).find(COMMON) !== undefined;
  } catch (cause) {
    throw new StorageKeyError(file, 'was encrypted with another master key', cause);
  }
}

/** Encrypts everything in the database when it gets its first master key. Later calls change nothing. */
export function encryptExisting(sqlite: Sqlite.Database, masterKey: Secret): void {
  // Overwrites what is freed where that costs nothing; `withSecureDelete` always does.
  sqlite.pragma('secure_delete = FAST');
  if (!hasDataKeys(sqlite)) encrypt(sqlite, masterKey);
  bindBodies(sqlite, new SealingVault(sqlite, new DataKeys(sqlite, masterKey)));
  if (sqlite.prepare('SELECT 1 FROM settings WHERE name = ?').get(TRACES)) removeTraces(sqlite);
}

/** Whether a start with the master key has yet to change what is stored. */
export function hasUnfinishedWork(sqlite: Sqlite.Database): boolean {
  return sqlite.prepare('SELECT 1 FROM settings WHERE name IN (?, ?)').get(TRACES, UNBOUND) !== undefined;
}

const NOT_ENCRYPTED =
  'it is not encrypted, although MASTER_KEY is set; if it is yours, set ENCRYPT_EXISTING_STORAGE=true for one start, which encrypts it';

function hasContent(sqlite: Sqlite.Database): boolean {
  const tables = sqlite
    .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
  return tables.some((name) => !NEVER_EMPTY.includes(name) && sqlite.prepare(`SELECT 1 FROM "${name}" LIMIT 1`).get());
}

function hasDataKeys(sqlite: Sqlite.Database): boolean {
  const table = sqlite.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'data_keys'`).get();
  return table !== undefined && sqlite.prepare('SELECT 1 FROM data_keys LIMIT 1').get() !== undefined;
}

/** One transaction: a crash in between leaves the database as it was, and the next start begins again. */
function encrypt(sqlite: Sqlite.Database, masterKey: Secret): void {
  sqlite.transaction(() => {
    const dataKeys = new DataKeys(sqlite, masterKey);
    dataKeys.create(COMMON);
    sealExisting(sqlite, new SealingVault(sqlite, dataKeys));
    sqlite.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)').run(TRACES, 'there may be some');
  })();
}

/** Changed rows leave their old values in free parts of the file and in the write-ahead log. */
function removeTraces(sqlite: Sqlite.Database): void {
  sqlite.exec('VACUUM');
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  sqlite.prepare('DELETE FROM settings WHERE name = ?').run(TRACES);
}
