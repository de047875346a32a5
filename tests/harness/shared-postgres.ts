import { TestDatabase } from './postgres.ts';

/** A server for all test files of this worker: to start one takes a second. Its data need not survive anything. */
let server: Promise<TestDatabase> | undefined;
let schemas = 0;
/** The storage of each orchestrator, by its `AUTH_DIR`. */
const urls = new Map<string, string>();

/** The URL of a new, empty storage in PostgreSQL: a schema of its own. */
export async function newPostgresUrl(): Promise<string> {
  const { pool, url } = await (server ??= start());
  const schema = `test_${(schemas += 1)}`;
  await pool.query(`CREATE SCHEMA ${schema}`);
  return `${url}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
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

async function start(): Promise<TestDatabase> {
  const started = await TestDatabase.start(SMALL);
  started.unref();
  return started;
}
