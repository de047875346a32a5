import type { Secret } from '../kit/secret.ts';
import { DURABILITIES, type Durability } from '../storage/postgres/durability.ts';
import { ConfigError, type EnvironmentReader } from './environment.ts';
import { oneMasterKey } from './master-key.ts';
import { postgresUrl } from './postgres-url.ts';

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

/**
 * Reads where the database is and how it is encrypted.
 * @throws ConfigError
 */
export function readStorage(read: EnvironmentReader, production: boolean): StorageSettings {
  const masterKey = oneMasterKey({
    MASTER_KEY: read.secret('MASTER_KEY'),
    MASTER_KEY_FILE: read.secretFile('MASTER_KEY_FILE'),
  });
  const newMasterKey = oneMasterKey({
    NEW_MASTER_KEY: read.secret('NEW_MASTER_KEY'),
    NEW_MASTER_KEY_FILE: read.secretFile('NEW_MASTER_KEY_FILE'),
  });
  if (newMasterKey && !masterKey) {
    throw new ConfigError('NEW_MASTER_KEY replaces another key: set MASTER_KEY to the current one as well.');
  }
  const plaintext = read.flag('ALLOW_PLAINTEXT_STORAGE', false);
  if (production && !masterKey && !plaintext) {
    throw new ConfigError(
      'MASTER_KEY or MASTER_KEY_FILE is required in production (or set ALLOW_PLAINTEXT_STORAGE=true to store credentials and messages unencrypted).',
    );
  }
  if (masterKey && plaintext) {
    throw new ConfigError('ALLOW_PLAINTEXT_STORAGE=true conflicts with MASTER_KEY: set only one of them.');
  }
  const adoptPlaintext = read.flag('ENCRYPT_EXISTING_STORAGE', false);
  const database = readDatabase(read, production);
  if (adoptPlaintext && database.databaseUrl) throw new ConfigError(ENCRYPTS_SQLITE_ONLY);
  return { ...database, masterKey, newMasterKey, adoptPlaintext };
}

const ENCRYPTS_SQLITE_ONLY =
  'ENCRYPT_EXISTING_STORAGE encrypts a SQLite file only: to encrypt what is in PostgreSQL, move it to SQLite with `npm run move-storage`, start on that once with this setting, and move it back.';

function readDatabase(read: EnvironmentReader, production: boolean) {
  const durability = read.oneOf('DATABASE_DURABILITY', DURABILITIES, production ? 'replicated' : 'single');
  return { databaseUrl: postgresUrl(read, 'DATABASE_URL'), durability };
}
