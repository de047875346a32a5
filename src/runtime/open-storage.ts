import { type Config } from '../config/config.ts';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { type Storage } from '../ports/storage.ts';
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
export function openConfigured({ sessions, storage }: Config, deps: OpenStorageOptions): Storage {
  const { clock, log, onCommit } = deps;
  const { masterKey, newMasterKey, adoptPlaintext } = storage;
  const options: StorageOptions = {
    adoptPlaintext,
    ...(onCommit && { onCommit }),
    onRestored: () =>
      log.warn('the database was restored from a backup, or moved: the numbers of its events go on in a new epoch'),
    onDamage: ({ sessionId, what }) => {
      const mark = sessionId === null ? '' : `[${sessionId}] `;
      log.error({ sessionId, what }, `${mark}a stored value cannot be read and was set aside`);
    },
  };
  try {
    return openStorage(sessions.authDir, clock, masterKey, options);
  } catch (error) {
    if (!newMasterKey || !(error instanceof StorageKeyError)) throw error;
    const opened = openStorage(sessions.authDir, clock, newMasterKey, options);
    log.warn('the storage already has the key of NEW_MASTER_KEY: set MASTER_KEY to it and remove NEW_MASTER_KEY');
    return opened;
  }
}
