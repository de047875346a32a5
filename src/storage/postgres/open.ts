import pg from 'pg';
import { type Clock } from '../../kit/clock.ts';
import { type Secret } from '../../kit/secret.ts';
import { AppError } from '../../domain/errors.ts';
import { type Damage, type Storage } from '../../ports/storage.ts';
import { StorageUnreadableError } from '../shared/errors.ts';
import { REDELIVERY_WINDOW_MS } from '../shared/retention.ts';
import { connectionConfig } from './connect.ts';
import { lockDatabase } from './database-lock.ts';
import { Database } from './database.ts';
import { checkDurability, type Durability } from './durability.ts';
import { openVault } from './encryption/open-vault.ts';
import { SealingVault } from './encryption/sealing-vault.ts';
import { migrate } from './migrations/migrate.ts';
import { CONTINUE_POSITIONS } from './positions.ts';
import { pruneInPieces, settledCallbacks } from './prune.ts';
import { sql } from './sql.ts';
import { createStores } from './stores.ts';

/** What the storage is opened with. */
export interface PostgresOptions {
  clock: Clock;
  masterKey: Secret | null;
  /** What is expected of the server; `single` by default. */
  durability?: Durability;
  /** Called after each commit, with the time that it took, in ms. */
  onCommit?: (ms: number) => void;
  /** Called for each stored value that cannot be read. */
  onDamage?: (damage: Damage) => void;
}

/** `transaction_timeout` came with it. */
const OLDEST_SERVER = 170_000;

const ignore = () => undefined;

/**
 * Opens the storage in a PostgreSQL database (`postgres://…`), whose tables are created if necessary. This process has it
 * exclusively until it is disposed. With a master key (64 hex digits) all contents are encrypted; without one nothing is.
 * @throws StorageInUseError, StorageKeyError, StorageTooNewError, StorageUnreadableError
 */
export async function openPostgres(url: string, options: PostgresOptions): Promise<Storage> {
  const { clock, onCommit = ignore, onDamage = ignore } = options;
  const name = nameOfDatabase(url);
  const vault = await prepare(url, name, options);
  const db = new Database(url, {
    ...{ clock, onCommit },
    onConnect: (client) => lockDatabase(client, name),
    beforeCommit: (transaction) => vault.saveNewKeys(transaction),
  });
  await db.connect();
  const stores = createStores(db, { clock, vault, onDamage });
  return {
    ...stores,
    masterKey: {
      change: (sealed) => {
        if (!(vault instanceof SealingVault)) return Promise.reject(new AppError('storage_not_encrypted'));
        return db.write((transaction) => vault.changeMasterKey(transaction, sealed));
      },
    },
    check: () => db.check(sql`UPDATE cluster SET probed_at_ms = ${clock.now()}`),
    prune: (callbackRetentionMs, signal) => {
      const { awaitedNumbers, sentMessages, idempotency, journal, pollVotes } = stores;
      const { chatTimers, contactNames, damagedValues } = stores;
      // A message that WhatsApp delivers again is recognized by its callback, as long as the journal can answer it.
      const settledBeforeMs = clock.now() - Math.max(callbackRetentionMs, REDELIVERY_WINDOW_MS);
      const pruned = [sentMessages, idempotency, journal, pollVotes, chatTimers, contactNames, damagedValues];
      const others = pruned.map((store) => (limit: number) => store.pruning(limit));
      const first = (limit: number) => awaitedNumbers.pruning(limit);
      return pruneInPieces(db, [first, settledCallbacks(settledBeforeMs), ...others], signal);
    },
    [Symbol.asyncDispose]: async () => {
      stores.heldCallbacks.close();
      await db.close();
    },
  };
}

/** Brings the database to the current schema and loads its data keys. */
async function prepare(url: string, name: string, { masterKey, durability = 'single' }: PostgresOptions) {
  const client = new pg.Client(connectionConfig(url, { name: 'whatsapp-orchestrator start' }));
  // A connection that is lost also fails the statement under way.
  client.on('error', ignore);
  try {
    await client.connect();
    await checkVersion(client);
    await checkDurability(client, durability);
    await lockDatabase(client, name);
    await migrate(client, name);
    await client.query(CONTINUE_POSITIONS);
    return await openVault(client, name, masterKey);
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('Storage')) throw error;
    throw new StorageUnreadableError(name, error instanceof Error ? reasonOf(error) : String(error), error);
  } finally {
    await client.end().catch(ignore);
  }
}

async function checkVersion(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::integer AS version`,
  );
  const version = rows[0]?.version ?? 0;
  if (version < OLDEST_SERVER) throw new Error(`it runs PostgreSQL ${Math.floor(version / 10_000)}, and 17 is needed`);
}

/** Connections to several addresses fail with all of their errors. */
function reasonOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return first?.message ?? error.message;
}

/** The database without user and password, for messages. */
export function nameOfDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}
