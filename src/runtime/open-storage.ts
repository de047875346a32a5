import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { type Config } from '../config/config.ts';
import { type Committed } from '../storage/sqlite/group-commit.ts';
import { openStorage, type Storage } from '../storage/sqlite/open.ts';
import { StorageKeyError } from '../storage/shared/errors.ts';

/** What a storage is opened with, beside its settings. */
export interface OpenStorageOptions {
  clock: Clock;
  log: Logger;
  /** Told how long each commit took. */
  committed?: Committed;
}

/**
 * Opens the storage that is configured: with `MASTER_KEY`, or, while the key is being changed, with `NEW_MASTER_KEY` where that
 * is the one which opens it.
 * @throws StorageInUseError, StorageKeyError, StorageTooNewError, StorageUnreadableError
 */
export function openConfigured({ sessions, storage }: Config, { clock, log, committed }: OpenStorageOptions): Storage {
  const { masterKey, newMasterKey } = storage;
  try {
    return openStorage(sessions.authDir, clock, masterKey, committed);
  } catch (error) {
    if (!newMasterKey || !(error instanceof StorageKeyError)) throw error;
    const opened = openStorage(sessions.authDir, clock, newMasterKey, committed);
    log.warn('the storage has the key of NEW_MASTER_KEY by now: set MASTER_KEY to it, and remove NEW_MASTER_KEY');
    return opened;
  }
}
