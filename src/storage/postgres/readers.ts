import pg from 'pg';
import { checkPrimary } from './primary.ts';
import type { Statement } from './sql.ts';

/** How long a read may take: a connection that is lost silently never answers. */
const LIMIT_MS = 15_000;

/** Connections that only read. */
export class Readers {
  readonly #pool: pg.Pool;
  readonly #generations = new WeakMap<pg.PoolClient, number>();
  #generation = 0;

  constructor(config: pg.ClientConfig, connections: number) {
    this.#pool = new pg.Pool({ ...config, max: connections, query_timeout: LIMIT_MS, verify });
    // An idle connection that is lost is replaced by the pool.
    this.#pool.on('error', ignore);
    this.#pool.on('connect', (client) => this.#generations.set(client, this.#generation));
  }

  /** Reads that begin from now on use new connections: those that are open may lead to a server that is not the primary any more. */
  renew(): void {
    this.#generation += 1;
  }

  async query<Row>(statement: Statement): Promise<Row[]> {
    const client = await this.#connection();
    client.on('error', ignore);
    let failed = true;
    try {
      const { rows } = await client.query(statement);
      failed = false;
      return rows as Row[];
    } finally {
      client.off('error', ignore);
      client.release(failed);
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }

  async #connection(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await this.#pool.connect();
      if (this.#generations.get(client) === this.#generation) return client;
      client.release(true);
    }
  }
}

function verify(client: pg.PoolClient, done: (error?: Error) => void): void {
  checkPrimary(client).then(() => done(), done);
}

function ignore(): void {
  // Whoever uses the connection hears of it.
}
