import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CHILD_ENVIRONMENT } from '../harness/child-environment.ts';

const MAIN = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));
/** What `npm run example:backend` starts. */
export const EXAMPLE = fileURLToPath(new URL('../../demo/example/main.ts', import.meta.url));

/** How a run of the demo ended. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The demo as a process, as users run it, or another program that is like it. Disposing of it sends SIGINT and waits for the exit. */
export class DemoProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #stdout = '';
  #stderr = '';

  constructor(args: string[], env: Record<string, string> = {}, main = MAIN) {
    this.child = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, ...CHILD_ENVIRONMENT, NODE_OPTIONS: '', ...env },
    });
    this.#closed = once(this.child, 'close');
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
  }

  /** Resolves with the first match in its output. Rejects with the whole output when the process exits without one. */
  async prints(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#stdout)?.[0];
      if (found !== undefined) return found;
      const ended = await Promise.race([this.#closed, once(this.child.stdout!, 'data').then(() => false)]);
      if (ended !== false) throw new Error(`The demo exited early: ${this.#stdout}${this.#stderr}`);
    }
  }

  /** Resolves once the process has exited. */
  async outcome(): Promise<Outcome> {
    await this.#closed;
    return { code: this.child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** The ids of its running child processes. Linux only. */
  async childProcesses(): Promise<number[]> {
    const { pid = 0 } = this.child;
    const ids = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return ids.trim().split(' ').map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null) this.child.kill('SIGINT');
    await this.#closed;
  }
}
