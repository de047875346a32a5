import { mkdir } from 'node:fs/promises';
import { type Config } from '../config/config.ts';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { type Secret } from '../kit/secret.ts';
import { type Storage } from '../ports/storage.ts';
import { openPostgres } from '../storage/postgres/open.ts';
import { StorageKeyError } from '../storage/shared/errors.ts';
import { type CommitListener } from '../storage/sqlite/group-commit.ts';
import { openStorage, type StorageOptions } from '../storage/sqlite/open.ts';

/** What a storage is opened with, besides its settings. */
export interface OpenStorageOptions {
  clock: Clock;
  log: Logger;
  onCommit?: CommitListener;
}

/**
 * Opens the configured storage: with `MASTER_KEY` or, during a rotation, with `NEW_MASTER_KEY` if that is its key by now.
 * @throws StorageInUseError, StorageKeyError, StorageTooNewError, StorageUnreadableError
 */
export async function openConfigured(config: Config, deps: OpenStorageOptions): Promise<Storage> {
  const { masterKey, newMasterKey } = config.storage;
  const options = reporting(deps);
  try {
    return await openWith(config, masterKey, options);
  } catch (error) {
    if (!newMasterKey || !(error instanceof StorageKeyError)) throw error;
    const opened = await openWith(config, newMasterKey, options);
    deps.log.warn('the storage already has the key of NEW_MASTER_KEY: set MASTER_KEY to it and remove NEW_MASTER_KEY');
    return opened;
  }
}

/** In PostgreSQL, if `DATABASE_URL` is set; otherwise in a file in `AUTH_DIR`. */
async function openWith(config: Config, masterKey: Secret | null, options: Options): Promise<Storage> {
  const { sessions, storage } = config;
  const { adoptPlaintext, databaseUrl, durability } = storage;
  const { clock, ...others } = options;
  if (!databaseUrl) return openStorage(sessions.authDir, clock, masterKey, { adoptPlaintext, ...others });
  // Each session still has a folder there.
  await mkdir(sessions.authDir, { recursive: true, mode: 0o700 });
  return openPostgres(databaseUrl.reveal(), { clock, masterKey, durability, ...others });
}

type Options = StorageOptions & { clock: Clock };

function reporting({ clock, log, onCommit }: OpenStorageOptions): Options {
  return {
    clock,
    ...(onCommit && { onCommit }),
    onRestored: () =>
      log.warn('the database was restored from a backup, or moved: the numbers of its events go on in a new epoch'),
    onDamage: ({ sessionId, what }) => {
      const mark = sessionId === null ? '' : `[${sessionId}] `;
      log.error({ sessionId, what }, `${mark}a stored value cannot be read and was set aside`);
    },
  };
}
