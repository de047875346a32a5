import { mkdir } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Secret } from '../kit/secret.ts';
import type { Storage } from '../ports/storage.ts';
// `import type`, not `import { type … }`, which would load the module for nothing.
import type { ClusterStorage, PostgresOptions } from '../storage/postgres/open.ts';
import { StorageKeyError } from '../storage/shared/errors.ts';
import type { StorageOptions } from '../storage/sqlite/open.ts';

/** What a storage is opened with, besides its settings. */
export interface OpenStorageOptions {
  clock: Clock;
  log: Logger;
  /** Called after each commit, with the time that it took, in ms; on PostgreSQL also with the number of writes that shared it. */
  onCommit?: (ms: number, writes?: number) => void;
}

/**
 * Opens the configured storage: with `MASTER_KEY` or, during a rotation, with `NEW_MASTER_KEY` if that is its key by now.
 * @throws StorageInUseError, StorageKeyError, StorageTooNewError, StorageUnreadableError
 */
export async function openConfigured(config: Config, deps: OpenStorageOptions): Promise<Storage> {
  if (config.storage.databaseUrl) return openDatabase(config, reporting(deps));
  return openFile(config, deps);
}

/** The same for one of several nodes. @throws as {@link openConfigured} */
export function openAsNode(
  config: Config,
  deps: OpenStorageOptions,
  node: ClusterNodeOptions,
): Promise<ClusterStorage> {
  return openDatabase(config, { ...reporting(deps), node });
}

type ClusterNodeOptions = NonNullable<PostgresOptions['node']>;

async function openFile({ sessions: { authDir }, storage }: Config, deps: OpenStorageOptions): Promise<Storage> {
  // Of the two storages, only the one in use is loaded: each of them is a tenth of the program.
  const { openStorage } = await import('../storage/sqlite/open.ts');
  const { masterKey, newMasterKey, adoptPlaintext } = storage;
  const { clock, onNewMasterKey, ...others } = reporting(deps);
  const open = (key: Secret | null) => openStorage(authDir, clock, key, { adoptPlaintext, ...others });
  try {
    return open(masterKey);
  } catch (error) {
    if (!newMasterKey || !(error instanceof StorageKeyError)) throw error;
    const opened = open(newMasterKey);
    onNewMasterKey();
    return opened;
  }
}

async function openDatabase(config: Config, options: Options & { node: ClusterNodeOptions }): Promise<ClusterStorage>;
async function openDatabase(config: Config, options: Options): Promise<Storage>;
async function openDatabase({ sessions, storage }: Config, options: Options): Promise<Storage> {
  const { databaseUrl, durability, masterKey, newMasterKey } = storage;
  if (!databaseUrl) throw new Error('There is no DATABASE_URL');
  // Each session still has a folder there.
  await mkdir(sessions.authDir, { recursive: true, mode: 0o700 });
  const { openPostgres } = await import('../storage/postgres/open.ts');
  return openPostgres(databaseUrl.reveal(), { ...options, durability, masterKey, newMasterKey });
}

type Options = StorageOptions & Pick<PostgresOptions, 'clock' | 'node'> & { onNewMasterKey: () => void };

function reporting({ clock, log, onCommit }: OpenStorageOptions): Options {
  return {
    clock,
    ...(onCommit && { onCommit }),
    onNewMasterKey: () =>
      log.warn('the storage already has the key of NEW_MASTER_KEY: set MASTER_KEY to it and remove NEW_MASTER_KEY'),
    onRestored: () =>
      log.warn('the database was restored from a backup, or moved: the numbers of its events go on in a new epoch'),
    onDamage: ({ sessionId, what }) => {
      const mark = sessionId === null ? '' : `[${sessionId}] `;
      log.error({ sessionId, what }, `${mark}a stored value cannot be read and was set aside`);
    },
  };
}
