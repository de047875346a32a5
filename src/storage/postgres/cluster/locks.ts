import pg from 'pg';
import type { PhoneNumber } from '../../../domain/address.ts';
import type { NodeRun, NumberLock } from '../../../ports/ownership.ts';
import { connectionConfig } from '../connect.ts';
import { namedError } from '../trouble.ts';
import { connectionName } from './node-name.ts';

/** The number of the lock under which one node removes what is too old. It is ours. */
const PRUNING = 41_731;
/** How many locks one node holds at once, each on a connection: when the node dies, its locks go with it. */
const MAX_HELD = 4;
/** How long a lock is waited for: a connection that is lost silently never answers. */
const WAIT_LIMIT_MS = 30_000;

/** Work that only one node does at a time. */
export class ClusterLocks implements NumberLock, AsyncDisposable {
  readonly #pool: pg.Pool;

  constructor(url: string, run: NodeRun) {
    const config = connectionConfig(url, { name: connectionName(run) });
    this.#pool = new pg.Pool({ ...config, max: MAX_HELD, query_timeout: WAIT_LIMIT_MS });
    this.#pool.on('error', () => undefined);
  }

  async holding<Result>(number: PhoneNumber, work: () => Promise<Result>): Promise<Result> {
    const name = [`number ${number}`];
    const key = `hashtextextended(current_schema() || ' ' || $1, 0)`;
    return this.#with(async (client) => {
      await client.query(`SELECT pg_advisory_lock(${key})`, name);
      return work();
    });
  }

  /** Runs `work`, unless another node is running it. */
  async pruning(work: () => Promise<void>): Promise<void> {
    await this.#with(async (client) => {
      const { rows } = await client.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_lock($1, hashtext(current_schema())) AS taken',
        [PRUNING],
      );
      if (rows[0]?.taken === true) await work();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  /** The connection is closed afterwards, which frees the lock in any case. */
  async #with<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect().catch((error: unknown) => Promise.reject(namedError(error)));
    // When it is lost, the lock is free; the fence keeps two nodes from writing the same session all the same.
    client.on('error', () => undefined);
    try {
      return await work(client);
    } catch (error) {
      throw namedError(error);
    } finally {
      client.release(true);
    }
  }
}
