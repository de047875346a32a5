import type { Config } from '../config/config.ts';
import { systemClock } from '../kit/clock.ts';
import type { Secret } from '../kit/secret.ts';
import { openPostgres } from '../storage/postgres/open.ts';
import { nameOfDatabase } from '../storage/postgres/start.ts';
import { sealNextKey } from '../storage/shared/encryption/master-key.ts';
import { StorageKeyError } from '../storage/shared/errors.ts';
import * as sqlite from '../storage/sqlite/encryption/rotate-master-key.ts';

/** The configured storage, as messages name it: `in ./auth_sessions` or `postgres://host/name`. */
export function nameOfStorage({ sessions, storage }: Config): string {
  return storage.databaseUrl ? nameOfDatabase(storage.databaseUrl.reveal()) : `in ${sessions.authDir}`;
}

/**
 * Changes the master key of the configured storage. Returns the number of data keys that were wrapped again: all of them or, on
 * failure, none.
 * @throws StorageInUseError while the server runs, StorageKeyError when `from` is not the key of the database
 */
export async function rotateMasterKey(config: Config, keys: { from: Secret; to: Secret }): Promise<number> {
  const { databaseUrl } = config.storage;
  if (!databaseUrl) return sqlite.rotateMasterKey(config.sessions.authDir, keys);
  await using storage = await openPostgres(databaseUrl.reveal(), { clock: systemClock, masterKey: keys.from });
  return await storage.masterKey.change(sealNextKey(keys));
}

/**
 * Whether this is the master key of the configured storage.
 * @throws StorageInUseError while the server runs, StorageTooNewError, StorageUnreadableError
 */
export async function opensWith({ sessions, storage }: Config, masterKey: Secret): Promise<boolean> {
  if (!storage.databaseUrl) return sqlite.opensWith(sessions.authDir, masterKey);
  try {
    const opened = await openPostgres(storage.databaseUrl.reveal(), { clock: systemClock, masterKey });
    await opened[Symbol.asyncDispose]();
    return true;
  } catch (error) {
    if (error instanceof StorageKeyError) return false;
    throw error;
  }
}
