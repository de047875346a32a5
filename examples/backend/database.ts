import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { report } from './report.ts';

const TRIES = 30;

/**
 * Opens the database, with an empty `url` that of PGHOST and its like, and makes the tables that are missing. Waits half a minute
 * for a PostgreSQL that still starts.
 */
export async function openDatabase(url: string): Promise<pg.Pool> {
  const pool = new pg.Pool(url === '' ? {} : { connectionString: url });
  // A connection that breaks while nobody uses it; the pool opens another one.
  pool.on('error', (error) => report('A connection to PostgreSQL broke', error));
  const schema = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
  for (let tries = 1; ; tries += 1) {
    try {
      await pool.query(schema);
      return pool;
    } catch (error) {
      if (tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/** Runs `work` in a transaction: all of it happens, or nothing of it. */
export async function transaction<Result>(
  pool: pg.Pool,
  work: (db: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const db = await pool.connect();
  try {
    await db.query('BEGIN');
    const result = await work(db);
    await db.query('COMMIT');
    db.release();
    return result;
  } catch (error) {
    // The connection is closed, and PostgreSQL takes back what was done on it.
    db.release(true);
    throw error;
  }
}
