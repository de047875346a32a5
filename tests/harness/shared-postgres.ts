import { LOCK } from '../../src/storage/postgres/database-lock.ts';
import { cleanUpLater } from './jest/clean-ups.ts';
import { PostgresPooler } from './postgres-pooler.ts';
import { TestDatabase } from './postgres.ts';

/** A server for all test files of this worker: to start one takes a second. Its data need not survive anything. */
interface SharedServer {
  database: TestDatabase;
  pooler: PostgresPooler;
}

let server: Promise<SharedServer> | undefined;
let schemas = 0;
/** Schemas whose test is over. */
const used: string[] = [];
/** The storage of each orchestrator, by its `AUTH_DIR`. */
const urls = new Map<string, string>();

/** The URL of a new, empty storage in PostgreSQL: a schema of its own. */
export async function newPostgresUrl(): Promise<string> {
  const { database } = await (server ??= start());
  return urlOf(database.url, await newSchema(database));
}

/**
 * The URL of an empty storage for the test that is running, or for those of the file: in a schema that tests before may have used, which
 * saves most of the time that one takes. Only for tests that leave the tables as they are. Connections that are closed are not ended but
 * used again.
 */
export async function emptyPostgresUrl(): Promise<string> {
  const { database, pooler } = await (server ??= start());
  const schema = (await usedSchema(database)) ?? (await newSchema(database));
  cleanUpLater(() => used.push(schema));
  const url = new URL(database.url);
  url.port = String(pooler.port);
  return urlOf(url.href, schema);
}

async function usedSchema({ pool }: TestDatabase): Promise<string | undefined> {
  for (let schema = used.pop(); schema !== undefined; schema = used.pop()) {
    const { rows } = await pool.query<{ isEmpty: boolean }>('SELECT public.emptied($1) AS "isEmpty"', [schema]);
    if (rows[0]?.isEmpty === true) return schema;
  }
  return undefined;
}

async function newSchema({ pool }: TestDatabase): Promise<string> {
  const schema = `test_${(schemas += 1)}`;
  await pool.query(`CREATE SCHEMA ${schema}`);
  return schema;
}

function urlOf(server: string, schema: string): string {
  return `${server}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
}

/** Whether journeys store their data in PostgreSQL. */
export const isOnPostgres = process.env.STORAGE === 'postgres';

/** Settings that put the data of an orchestrator into PostgreSQL, if `STORAGE=postgres` is set: the same at each of its starts. */
export async function storageSettings(
  authDir: string,
): Promise<{ DATABASE_URL?: string; DATABASE_DURABILITY?: string }> {
  if (!isOnPostgres) return {};
  const url = urls.get(authDir) ?? (await newPostgresUrl());
  urls.set(authDir, url);
  return { DATABASE_URL: url, DATABASE_DURABILITY: 'single' };
}

/** Without the processes that vacuum and read ahead, and with memory for what tests store: less for each new connection to take over. */
const SMALL = ['autovacuum=off', 'io_method=sync', 'shared_buffers=16MB'].flatMap((setting) => ['-c', setting]);

/**
 * Brings a schema to the state after its migrations; answers false for one that somebody still uses. To truncate a table takes longer
 * than to delete a few rows.
 */
const EMPTIED = `
  CREATE FUNCTION public.emptied(used text) RETURNS boolean LANGUAGE plpgsql
  SET lock_timeout = '1s' SET session_replication_role = replica AS $$
  DECLARE
    name text;
    removed bigint;
  BEGIN
    PERFORM pg_advisory_xact_lock(${LOCK}, hashtext(used));
    EXECUTE format('SET LOCAL search_path = %I', used);
    -- Of moves between storages; no migration makes them.
    DROP TABLE IF EXISTS moved, moved_away;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = used AND tablename <> 'migrations' LOOP
      EXECUTE format('DELETE FROM %I', name);
      GET DIAGNOSTICS removed = ROW_COUNT;
      IF removed > 500 THEN EXECUTE format('TRUNCATE %I', name); END IF;
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = used AND last_value IS NOT NULL LOOP
      PERFORM setval(name::regclass, 1, false);
    END LOOP;
    IF to_regclass('cluster') IS NOT NULL THEN
      INSERT INTO cluster (position_base) VALUES (pg_current_xact_id()::text::bigint - 1);
    END IF;
    RETURN true;
  EXCEPTION WHEN lock_not_available THEN
    RETURN false;
  END $$`;

async function start(): Promise<SharedServer> {
  const database = await TestDatabase.start(SMALL);
  database.unref();
  await database.pool.query(EMPTIED);
  return { database, pooler: await PostgresPooler.start(database.port) };
}
