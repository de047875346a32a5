import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { report, say } from './report.ts';

/** Shorter than the orchestrator waits for an answer, so that a database that hangs is told as one that is away. */
const TIMEOUTS = { connectionTimeoutMillis: 2_000, query_timeout: 4_000 };

/** SQLSTATEs of a server that is starting, stopping, full, read-only or not ours. */
const REFUSALS = /^(08|28|3D|53|57|58|25006)/;
const SYSTEM_ERRORS = /^(ECONN|EHOST|ENET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_)/;
/** Of the client, which gives these errors no code. */
const LOST = /^(Connection terminated|Query read timeout|timeout e|Client has encountered a connection error)/;

/** The database, which may be away. Says so once, and once when it is back. */
export class Database implements AsyncDisposable {
  readonly #pool: pg.Pool;
  /** Missing tables are created once, at the first use. */
  #tables: Promise<void> | undefined;
  #isAway = false;

  /** @param url `postgres://…`; without it, PGHOST and the related variables apply */
  constructor(url: string) {
    this.#pool = new pg.Pool({ ...TIMEOUTS, ...(url !== '' && { connectionString: url }) });
    // An idle connection broke. The pool opens a new one.
    this.#pool.on('error', (error) => {
      if (!this.isAwayAfter(error)) report('A connection to PostgreSQL broke', error);
    });
  }

  /** Its connections, once it answers and has all tables. Rejects while it is away. */
  async ready(): Promise<pg.Pool> {
    this.#tables ??= this.#createTables();
    await this.#tables;
    if (this.#isAway) await this.#pool.query('SELECT 1');
    if (this.#isAway) say('PostgreSQL is back.');
    this.#isAway = false;
    return this.#pool;
  }

  /** Whether an error says that the database is away. It is nobody's fault then, and everything has to be tried again. */
  isAwayAfter(error: unknown): boolean {
    if (!(error instanceof Error) || !isOutage(error)) return false;
    if (!this.#isAway) {
      say(
        `PostgreSQL is away (${reasonOf(error)}). Webhooks are answered with 503: the orchestrator keeps them for us.`,
      );
    }
    this.#isAway = true;
    return true;
  }

  async #createTables(): Promise<void> {
    try {
      await this.#pool.query(await readFile(new URL('schema.sql', import.meta.url), 'utf8'));
    } catch (error) {
      this.#tables = undefined;
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool.end();
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

function isOutage(error: Error): boolean {
  if (error instanceof pg.DatabaseError) return REFUSALS.test(error.code ?? '');
  return SYSTEM_ERRORS.test(codeOf(error)) || LOST.test(error.message);
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** A name may have several addresses: then the error of them all has no message. */
function reasonOf(error: Error): string {
  return error.message === '' ? codeOf(error) : error.message;
}
