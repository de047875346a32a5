import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CHILD_ENVIRONMENT } from '../harness/child-environment.ts';
import { untilListening } from '../harness/until-listening.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
/** The folder of commands that the shell finds first. */
const COMMANDS = '.commands';

/** The result of a command. */
export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** A program that runs until it is stopped. */
export interface Running extends AsyncDisposable {
  /** What it has written to standard output. */
  output: string;
}

/** Runs the scripts of package.json without npm, which takes longer than most of them. */
const NPM = `#!/bin/sh
[ "$1" = run ] || exit 64
shift
exec "${process.execPath}" --run "$@"
`;

/** Makes curl fail on error responses, which it does not do by default. */
const CURL_SETTINGS = 'fail-with-body\nsilent\nshow-error\nmax-time = 30\n';

/** A shell in a copy of the project with its own `.env`, like that of a reader who follows the pages. */
export class Reader implements AsyncDisposable {
  readonly #folder: string;
  readonly #environment: Record<string, string>;

  private constructor(folder: string, environment: Record<string, string>) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** Creates the copy. `files` are added to the files of the project. */
  static async start(environment: Record<string, string>, files: Record<string, string | Buffer>): Promise<Reader> {
    const folder = await mkdtemp(join(tmpdir(), 'reader-'));
    for (const name of await readdir(ROOT)) await symlink(join(ROOT, name), join(folder, name));
    await rm(join(folder, '.env'), { force: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    await writeFile(join(folder, '.curlrc'), CURL_SETTINGS);
    await mkdir(join(folder, COMMANDS));
    await writeFile(join(folder, COMMANDS, 'npm'), NPM, { mode: 0o755 });
    return new Reader(folder, environment);
  }

  /** Runs a script in one shell, which exits at the first failing command. */
  async run(script: string): Promise<Outcome> {
    const shell = this.#spawn(script);
    const closed = once(shell, 'close');
    const [out, err] = await Promise.all([text(shell.stdout), text(shell.stderr), closed]);
    return { code: shell.exitCode, out, err };
  }

  /** Starts a program, and waits until it listens on its port of 127.0.0.1. */
  async launch(command: string, port: number): Promise<Running> {
    const program = this.#spawn(`exec ${command}`);
    const stop = async () => {
      program.kill();
      await once(program, 'close');
    };
    const running: Running = { output: '', [Symbol.asyncDispose]: stop };
    program.stdout.on('data', (chunk: Buffer) => (running.output += chunk.toString()));
    await untilListening(port);
    return running;
  }

  #spawn(script: string) {
    const path = `${join(this.#folder, COMMANDS)}:${CHILD_ENVIRONMENT.PATH}`;
    const env = { ...CHILD_ENVIRONMENT, PATH: path, HOME: this.#folder, ...this.#environment };
    return spawn('bash', ['-euo', 'pipefail', '-c', script], {
      ...{ cwd: this.#folder, env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.#folder, { recursive: true });
  }
}
