import pg from 'pg';
import type { NodeRun } from '../../../ports/ownership.ts';
import { connectionConfig } from '../connect.ts';
import type { Statement } from '../sql.ts';
import { namedError } from '../trouble.ts';
import { connectionName } from './node-name.ts';

/** How long a statement may take, and wait for a lock: what is asked of the cluster is asked again soon. */
const LIMIT_MS = 5_000;

/**
 * Connections apart from the lane, for what must not wait behind a group. Trouble with the database becomes
 * `StorageUnavailableError`; nothing is tried again.
 */
export class Control implements AsyncDisposable {
  readonly #pool: pg.Pool;

  constructor(url: string, run: NodeRun, connections: number) {
    const config = connectionConfig(url, { name: connectionName(run), transactionTimeoutMs: LIMIT_MS });
    this.#pool = new pg.Pool({ ...config, max: connections, query_timeout: LIMIT_MS });
    // An idle connection that is lost is replaced by the pool.
    this.#pool.on('error', () => undefined);
  }

  /** Runs a statement and resolves with its rows. */
  async rows<Row>(statement: Statement): Promise<Row[]> {
    return (await this.#query(statement)).rows as Row[];
  }

  /** Runs a statement and resolves with the number of rows that it changed. */
  async run(statement: Statement): Promise<number> {
    return (await this.#query(statement)).rowCount ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  async #query(statement: Statement): Promise<pg.QueryResult> {
    try {
      return await this.#pool.query(statement);
    } catch (error) {
      throw namedError(error);
    }
  }
}
