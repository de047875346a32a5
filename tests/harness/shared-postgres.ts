import { TestDatabase } from './postgres.ts';

/** A server for all test files of this worker: to start one takes a second. Its data need not survive anything. */
let server: Promise<TestDatabase> | undefined;
let schemas = 0;

/** The URL of a new, empty storage in PostgreSQL: a schema of its own. */
export async function newPostgresUrl(): Promise<string> {
  const { pool, url } = await (server ??= start());
  const schema = `test_${(schemas += 1)}`;
  await pool.query(`CREATE SCHEMA ${schema}`);
  return `${url}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
}

async function start(): Promise<TestDatabase> {
  const started = await TestDatabase.start('-c', 'fsync=off', '-c', 'full_page_writes=off');
  started.unref();
  return started;
}
