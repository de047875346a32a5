import { mkdir } from 'node:fs/promises';
import { type Config } from '../config/config.ts';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { type Secret } from '../kit/secret.ts';
import { type Storage } from '../ports/storage.ts';
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
export function openConfigured(config: Config, deps: OpenStorageOptions): Promise<Storage> {
  return withEitherKey(config, deps, async (masterKey, { clock, ...others }) => {
    const { sessions, storage } = config;
    if (storage.databaseUrl) return openDatabase(config, { masterKey, clock, ...others });
    const { adoptPlaintext } = storage;
    // Of the two storages, only the one in use is loaded: each of them is a tenth of the program.
    const { openStorage } = await import('../storage/sqlite/open.ts');
    return openStorage(sessions.authDir, clock, masterKey, { adoptPlaintext, ...others });
  });
}

/** The same for one of several nodes. @throws as {@link openConfigured} */
export function openAsNode(
  config: Config,
  deps: OpenStorageOptions,
  node: ClusterNodeOptions,
): Promise<ClusterStorage> {
  return withEitherKey(config, deps, (masterKey, options) => openDatabase(config, { ...options, masterKey, node }));
}

type ClusterNodeOptions = NonNullable<PostgresOptions['node']>;

async function withEitherKey<Opened>(
  { storage }: Config,
  deps: OpenStorageOptions,
  open: (masterKey: Secret | null, options: Options) => Promise<Opened>,
): Promise<Opened> {
  const { masterKey, newMasterKey } = storage;
  const options = reporting(deps);
  try {
    return await open(masterKey, options);
  } catch (error) {
    if (!newMasterKey || !(error instanceof StorageKeyError)) throw error;
    const opened = await open(newMasterKey, options);
    deps.log.warn('the storage already has the key of NEW_MASTER_KEY: set MASTER_KEY to it and remove NEW_MASTER_KEY');
    return opened;
  }
}

async function openDatabase(
  config: Config,
  options: PostgresOptions & { node: ClusterNodeOptions },
): Promise<ClusterStorage>;
async function openDatabase(config: Config, options: PostgresOptions): Promise<Storage>;
async function openDatabase({ sessions, storage }: Config, options: PostgresOptions): Promise<Storage> {
  const { databaseUrl, durability } = storage;
  if (!databaseUrl) throw new Error('There is no DATABASE_URL');
  // Each session still has a folder there.
  await mkdir(sessions.authDir, { recursive: true, mode: 0o700 });
  const { openPostgres } = await import('../storage/postgres/open.ts');
  return openPostgres(databaseUrl.reveal(), { ...options, durability });
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
