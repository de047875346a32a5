import type pg from 'pg';
import { START_LOCK } from '../database-lock.ts';
import { StorageTooNewError, StorageTooOldError } from '../../shared/errors.ts';
import { init } from './001-init.ts';
import { cluster } from './002-cluster.ts';
import { browserTokens } from './003-browser-tokens.ts';
import { home } from './004-home.ts';
import { subscriptions } from './005-subscriptions.ts';
import { furtherEvents } from './006-further-events.ts';
import { masterKeyIds } from './007-master-key-ids.ts';
import { sessionProfiles } from './008-session-profiles.ts';
import { scheduledMessages } from './009-scheduled-messages.ts';
import { banRisk } from './010-ban-risk.ts';
import { agents } from './011-agents.ts';
import { keptMessages } from './012-kept-messages.ts';
import { labels } from './013-labels.ts';
import { usernames } from './014-usernames.ts';
import { lateFacts } from './015-late-facts.ts';
import { joinRequests } from './016-join-requests.ts';

/** From an empty database to the current schema. */
const MIGRATIONS: readonly string[] = [
  ...[init, cluster, browserTokens, home, subscriptions, furtherEvents, masterKeyIds, sessionProfiles],
  ...[scheduledMessages, banRisk, agents, keptMessages, labels, usernames, lateFacts, joinRequests],
];

/**
 * Applies the missing migrations, in one transaction.
 * @throws StorageTooNewError when the database has had migrations that this version must know, and does not
 */
export async function migrate(
  client: pg.ClientBase,
  database: string,
  { migrations, oldestCode }: Schema = SCHEMA,
): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = '10s'`);
    await client.query('SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))', [START_LOCK]);
    await client.query('CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY)');
    await client.query('ALTER TABLE migrations ADD COLUMN IF NOT EXISTS oldest_code integer');
    const { rows } = await client.query<{ found: number; oldest: number }>(
      `SELECT COALESCE(MAX(version), 0) AS found, COALESCE(MAX(COALESCE(oldest_code, version)), 0) AS oldest
       FROM migrations`,
    );
    const { found = 0, oldest = 0 } = rows[0] ?? {};
    const known = migrations.length;
    if (oldest > known) throw new StorageTooNewError(database, { found, known });
    for (const [at, migration] of migrations.slice(found).entries()) {
      const version = found + at + 1;
      await client.query(migration);
      await client.query('INSERT INTO migrations (version, oldest_code) VALUES ($1, $2)', [
        version,
        oldestCode.get(version) ?? version,
      ]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The changes of the schema up to a version of this product. */
export interface Schema {
  migrations: readonly string[];
  /**
   * By the number of a migration, from 1: how many migrations older code must know to run on a database that has had this one, as
   * it does while nodes are replaced one by one. A migration without an entry needs code that knows it.
   */
  oldestCode: ReadonlyMap<number, number>;
}

/** An entry says that a migration only adds what older code can do without. */
const SCHEMA: Schema = { migrations: MIGRATIONS, oldestCode: new Map() };

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
