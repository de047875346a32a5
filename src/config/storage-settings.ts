import type { Secret } from '../kit/secret.ts';
import { DURABILITIES, type Durability } from '../storage/postgres/durability.ts';
import type { EnvironmentReader } from './environment.ts';
import { oneMasterKey } from './master-key.ts';
import { postgresUrl } from './postgres-url.ts';
import { HOW_TO_MAKE } from './weak-secret.ts';

/** Where the database is, and how it is encrypted. */
export interface StorageSettings {
  /** `postgres://…`; `null` for a file in `AUTH_DIR`. */
  databaseUrl: Secret | null;
  /** Why PostgreSQL loses nothing that it has confirmed. */
  durability: Durability;
  /** 64 hex digits; `null` stores everything unencrypted. */
  masterKey: Secret | null;
  /** The key that replaces it; set while the database may have either of the two. */
  newMasterKey: Secret | null;
  /** Whether a database that was stored unencrypted may be encrypted. */
  adoptPlaintext: boolean;
}

/** Reads where the database is and how it is encrypted. */
export function readStorage(read: EnvironmentReader, production: boolean): StorageSettings {
  const keys = readMasterKeys(read, production);
  const adoptPlaintext = read.flag('ENCRYPT_EXISTING_STORAGE', false);
  const durability = read.oneOf('DATABASE_DURABILITY', DURABILITIES, production ? 'replicated' : 'single');
  const databaseUrl = postgresUrl(read, 'DATABASE_URL');
  if (adoptPlaintext && databaseUrl) read.refuse('ENCRYPT_EXISTING_STORAGE', ENCRYPTS_SQLITE_ONLY);
  return { ...keys, databaseUrl, durability, adoptPlaintext };
}

function readMasterKeys(read: EnvironmentReader, production: boolean) {
  const masterKey = oneMasterKey(read, 'MASTER_KEY');
  const newMasterKey = oneMasterKey(read, 'NEW_MASTER_KEY');
  const plaintext = read.flag('ALLOW_PLAINTEXT_STORAGE', false);
  if (masterKey && plaintext) {
    const conflict = 'ALLOW_PLAINTEXT_STORAGE=true conflicts with MASTER_KEY: set only one of them.';
    read.refuse('ALLOW_PLAINTEXT_STORAGE', conflict);
  }
  if (masterKey || read.isRefused('MASTER_KEY', 'MASTER_KEY_FILE', 'ALLOW_PLAINTEXT_STORAGE')) {
    return { masterKey, newMasterKey };
  }
  if (newMasterKey) {
    const sentence = 'NEW_MASTER_KEY replaces another key: set MASTER_KEY to the current one as well.';
    read.refuse('NEW_MASTER_KEY', sentence);
  } else if (production && !plaintext) read.refuse('MASTER_KEY', KEY_REQUIRED);
  return { masterKey, newMasterKey };
}

const KEY_REQUIRED = `MASTER_KEY or MASTER_KEY_FILE is required in production: ${HOW_TO_MAKE}, and keep a copy (or set ALLOW_PLAINTEXT_STORAGE=true to store credentials and messages unencrypted).`;

const ENCRYPTS_SQLITE_ONLY =
  'ENCRYPT_EXISTING_STORAGE encrypts a SQLite file only: to encrypt what is in PostgreSQL, move it to SQLite with `npm run move-storage`, start on that once with this setting, and move it back.';
