import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { report } from './report.ts';

const MAX_ATTEMPTS = 30;
const RETRY_DELAY_MS = 1_000;

/**
 * Opens the database and creates missing tables. Without a `url`, PGHOST and the related variables apply. Waits half a minute for
 * PostgreSQL to start.
 */
export async function openDatabase(url: string): Promise<pg.Pool> {
  const pool = new pg.Pool(url === '' ? {} : { connectionString: url });
  // An idle connection broke. The pool opens a new one.
  pool.on('error', (error) => report('A connection to PostgreSQL broke', error));
  const schema = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
  for (let attempt = 1; ; attempt += 1) {
    try {
      await pool.query(schema);
      return pool;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
    }
  }
}

/** Runs `work` in a transaction. Rolls back if it rejects. */
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
    // Closes the connection, which makes PostgreSQL roll back.
    db.release(true);
    throw error;
  }
}
