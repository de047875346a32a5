import type pg from 'pg';
import { START_LOCK } from '../database-lock.ts';
import { StorageTooNewError, StorageTooOldError } from '../../shared/errors.ts';
import { init } from './001-init.ts';
import { cluster } from './002-cluster.ts';
import { browserTokens } from './003-browser-tokens.ts';
import { home } from './004-home.ts';
import { subscriptions } from './005-subscriptions.ts';

/** From an empty database to the current schema. */
const MIGRATIONS: readonly string[] = [init, cluster, browserTokens, home, subscriptions];

/**
 * Applies the missing migrations, in one transaction.
 * @throws StorageTooNewError when the database has had migrations that this version does not know
 */
export async function migrate(client: pg.ClientBase, database: string): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = '10s'`);
    await client.query('SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))', [START_LOCK]);
    await client.query('CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY)');
    const { rows } = await client.query<{ found: number }>('SELECT COALESCE(MAX(version), 0) AS found FROM migrations');
    const found = rows[0]?.found ?? 0;
    if (found > MIGRATIONS.length) throw new StorageTooNewError(database, { found, known: MIGRATIONS.length });
    for (const [at, migration] of MIGRATIONS.slice(found).entries()) {
      await client.query(migration);
      await client.query('INSERT INTO migrations (version) VALUES ($1)', [found + at + 1]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Whether nobody has ever migrated the database. */
export async function isNew(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ isNew: boolean }>(`SELECT to_regclass('migrations') IS NULL AS "isNew"`);
  return rows[0]?.isNew === true;
}

/**
 * Rejects a database that has had more migrations than this version knows, or fewer.
 * @throws StorageTooNewError, StorageTooOldError, Error for one that is not ours
 */
export async function checkCurrent(client: pg.ClientBase, database: string): Promise<void> {
  if (await isNew(client)) throw new Error('it has no tables of the orchestrator');
  const { rows } = await client.query<{ found: number }>('SELECT COALESCE(MAX(version), 0) AS found FROM migrations');
  const found = rows[0]?.found ?? 0;
  if (found > MIGRATIONS.length) throw new StorageTooNewError(database, { found, known: MIGRATIONS.length });
  if (found < MIGRATIONS.length) throw new StorageTooOldError(database);
}
