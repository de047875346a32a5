import pg from 'pg';
import { StorageUnreadableError } from '../shared/errors.ts';
import { lockDatabase, type Sharing, START_LOCK } from './database-lock.ts';

/** `transaction_timeout` came with it. */
const OLDEST_SERVER = 170_000;

/**
 * Connects to a database, which has this name in messages, for a start, or to move it. The caller ends the connection.
 * @throws StorageUnreadableError
 */
export async function startConnection(config: pg.ClientConfig, name: string): Promise<pg.Client> {
  const client = new pg.Client(config);
  // A connection that is lost also fails the statement under way.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await checkVersion(client);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw explained(error, name);
  }
}

/**
 * Does the work of a start on a database that nobody else uses, or only nodes of the same cluster, of which one at a time does this.
 * The connection keeps the lock on the database.
 * @throws an error with a sentence
 */
export async function startOn<Result>(
  { client, name, sharing = 'alone' }: Start,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    await lockDatabase(client, name, sharing);
    // A migration may take long.
    await client.query(`SET transaction_timeout = 0; SET lock_timeout = '10s'`);
    if (sharing === 'as-node') await client.query(startLock('pg_advisory_lock'));
    const result = await work();
    await client.query('RESET transaction_timeout; RESET lock_timeout');
    if (sharing === 'as-node') await client.query(startLock('pg_advisory_unlock'));
    return result;
  } catch (error) {
    throw explained(error, name);
  }
}

/** On which connection a start works. */
interface Start {
  client: pg.ClientBase;
  /** The database, for messages. */
  name: string;
  sharing?: Sharing;
}

function startLock(change: string): string {
  return `SELECT ${change}(${START_LOCK}, hashtext(current_schema()))`;
}

/** The database without user and password, for messages. */
export function nameOfDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}

async function checkVersion(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::integer AS version`,
  );
  const version = rows[0]?.version ?? 0;
  if (version < OLDEST_SERVER) throw new Error(`it runs PostgreSQL ${Math.floor(version / 10_000)}, and 17 is needed`);
}

function explained(error: unknown, name: string): Error {
  if (error instanceof Error && error.name.startsWith('Storage')) return error;
  return new StorageUnreadableError(name, error instanceof Error ? reasonOf(error) : String(error), error);
}

/** Connections to several addresses fail with all of their errors. */
function reasonOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return first?.message ?? error.message;
}
