import type pg from 'pg';
import type { Clock } from '../../kit/clock.ts';
import type { Secret } from '../../kit/secret.ts';
import { AppError } from '../../domain/errors.ts';
import type { Damage, Storage } from '../../ports/storage.ts';
import { awaitedNow } from './callbacks/awaited-events.ts';
import { COMMON } from '../shared/encryption/cell-address.ts';
import { StorageMovedError } from '../shared/errors.ts';
import { REDELIVERY_WINDOW_MS } from '../shared/retention.ts';
import { Fence } from './cluster/fence.ts';
import { HAS_ALL } from './cluster/holding.ts';
import { type ClusterNode, type ClusterPorts, openCluster, type OpenedCluster } from './cluster/open-cluster.ts';
import { lockDatabase, type Sharing } from './database-lock.ts';
import { Database, NO_SESSION, writerConfig } from './database.ts';
import { checkDurability, type Durability } from './durability.ts';
import { openVault } from './encryption/open-vault.ts';
import type { PostgresVault } from './encryption/vault.ts';
import { SealingVault } from './encryption/sealing-vault.ts';
import { migrate } from './migrations/migrate.ts';
import { movedAwayTo } from './moving/moved-away.ts';
import { CONTINUE_POSITIONS } from './positions.ts';
import { endedTokens, ownerlessSessions, pruneInPieces, settledCallbacks } from './prune.ts';
import { beginEpochIfRestored } from './restored.ts';
import { sql } from './sql.ts';
import { nameOfDatabase, startConnection, startOn } from './start.ts';
import { createStores } from './stores.ts';

/** What the storage is opened with. */
export interface PostgresOptions {
  clock: Clock;
  /** Measures silence on the network; the system's clock by default. */
  network?: Clock;
  masterKey: Secret | null;
  /** The key that replaces it, or has replaced it already. */
  newMasterKey?: Secret | null;
  /** Called when the database has the new one. */
  onNewMasterKey?: () => void;
  /** What is expected of the server; `single` by default. */
  durability?: Durability;
  /** Called after each commit, with the time that it took, in ms, and the number of writes that shared it. */
  onCommit?: (ms: number, writes: number) => void;
  /** Called for each stored value that cannot be read. */
  onDamage?: (damage: Damage) => void;
  /** Called when the database was restored from a dump, or moved: its numbers have jumped. */
  onRestored?: () => void;
  /** Given when this process is one of several nodes on the database. */
  node?: ClusterNode;
}

/** The storage of one of several nodes. */
export type ClusterStorage = Storage & ClusterPorts;

const ignore = () => undefined;

/**
 * Opens the storage in a PostgreSQL database (`postgres://…`), whose tables are created if necessary. This process has it
 * exclusively until it is disposed, or shares it with other nodes. With a master key (64 hex digits) all contents are encrypted;
 * without one nothing is.
 * @throws StorageInUseError, StorageKeyError, StorageMovedError, StorageTooNewError, StorageUnreadableError
 */
export async function openPostgres(
  url: string,
  options: PostgresOptions & { node: ClusterNode },
): Promise<ClusterStorage>;
/** As the only process. */
export async function openPostgres(url: string, options: PostgresOptions): Promise<Storage>;
/** Whichever it is. */
export async function openPostgres(url: string, options: PostgresOptions): Promise<Storage | ClusterStorage> {
  const { clock, network, node, onCommit = ignore } = options;
  const name = nameOfDatabase(url);
  const fence = node && new Fence(node.run, node.lease);
  const sharing = node ? 'as-node' : 'alone';
  const client = await startConnection(writerConfig(url, node?.run), name);
  const vault = await prepare(client, { ...options, name, sharing });
  const db = new Database(url, {
    ...{ client, clock, network, onCommit },
    fence,
    onConnect: (next) => lockDatabase(next, name, sharing),
    beforeCommit: (transaction, of) =>
      vault.saveNewKeys(transaction, (owner) => !fence || owner === COMMON || of.has(owner)),
  });
  if (!fence) return storageOn(db, vault, options);
  const cluster = await openCluster({ url, name, clock, vault, db, fence });
  const storage = storageOn(db, vault, options, cluster);
  const { membership, ownership, numberLock, browserTokens } = cluster;
  const dispose = () => close(cluster, storage);
  return { ...storage, membership, ownership, numberLock, browserTokens, [Symbol.asyncDispose]: dispose };
}

function storageOn(db: Database, vault: PostgresVault, options: PostgresOptions, cluster?: OpenedCluster): Storage {
  const { clock, onDamage = ignore } = options;
  const stores = createStores(db, { clock, vault, onDamage, holding: cluster?.holding ?? HAS_ALL });
  return {
    ...stores,
    backup: null,
    space: null,
    masterKey: {
      change: async (sealed) => {
        if (!(vault instanceof SealingVault)) throw new AppError('storage_not_encrypted');
        const change = vault.changeOf(sealed);
        return db.write(NO_SESSION, (transaction) => vault.changeMasterKey(transaction, change, options.node?.run));
      },
    },
    check: () => db.check(sql`UPDATE cluster SET probed_at_ms = ${clock.now()}`),
    prune: (callbackRetentionMs, signal, awaited) => {
      const { awaitedNumbers, sentMessages, idempotency, journal, pollVotes } = stores;
      const { chatTimers, contactNames, damagedValues, scheduledMessages, subscriptions, furtherEvents } = stores;
      const { refusals } = stores;
      // A message that WhatsApp delivers again is recognized by its callback, as long as the journal can answer it.
      const settledBeforeMs = clock.now() - Math.max(callbackRetentionMs, REDELIVERY_WINDOW_MS);
      const late = awaitedNow(awaited, clock.now());
      const pruned = [
        sentMessages,
        scheduledMessages,
        idempotency,
        journal,
        pollVotes,
        chatTimers,
        contactNames,
        damagedValues,
        refusals,
      ];
      const others = pruned.map((store) => (limit: number) => store.pruning(limit));
      const first = (limit: number) => awaitedNumbers.pruning(limit);
      const ended = (limit: number) => [
        ...subscriptions.pruning(settledBeforeMs, limit),
        ...furtherEvents.pruning(settledBeforeMs, late.further, limit),
      ];
      const all = [
        first,
        settledCallbacks(settledBeforeMs, late.callback),
        ended,
        ...others,
        ownerlessSessions,
        endedTokens,
      ];
      const prune = () => pruneInPieces(db, all, signal);
      return cluster ? cluster.locks.pruning(prune) : prune();
    },
    [Symbol.asyncDispose]: async () => {
      stores.heldCallbacks.close();
      await db.close();
    },
  };
}

async function close(cluster: AsyncDisposable, storage: Storage): Promise<void> {
  await storage[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
}

/** Takes the lock on the database, brings that to the current schema and loads its data keys. */
async function prepare(client: pg.Client, options: PostgresOptions & { name: string; sharing: Sharing }) {
  const { name, sharing, clock, durability = 'single', onRestored = ignore } = options;
  try {
    return await startOn({ client, name, sharing }, async () => {
      await checkDurability(client, durability);
      const target = await movedAwayTo(client);
      if (target !== undefined) throw new StorageMovedError(name, target);
      await migrate(client, name);
      await client.query(CONTINUE_POSITIONS);
      if (await beginEpochIfRestored(client, clock)) onRestored();
      return openVault(client, { ...options, database: name });
    });
  } catch (error) {
    await client.end().catch(ignore);
    throw error;
  }
}
