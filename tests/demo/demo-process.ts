import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CHILD_ENVIRONMENT } from '../harness/child-environment.ts';

const MAIN = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));

/** What a run of the demo came to. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The demo as its users run it: a process. Disposing of it presses Ctrl-C and waits for the end. */
export class DemoProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #stdout = '';
  #stderr = '';

  constructor(args: string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, ...CHILD_ENVIRONMENT, NODE_OPTIONS: '', ...env },
    });
    this.#closed = once(this.child, 'close');
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
  }

  /** The first match in what it prints; rejects with all of it when it ends without. */
  async prints(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#stdout)?.[0];
      if (found !== undefined) return found;
      const ended = await Promise.race([this.#closed, once(this.child.stdout!, 'data').then(() => false)]);
      if (ended !== false) throw new Error(`The demo ended early: ${this.#stdout}${this.#stderr}`);
    }
  }

  /** Resolves when it has ended. */
  async outcome(): Promise<Outcome> {
    await this.#closed;
    return { code: this.child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  /** The processes that it has started and that run now; of Linux only. */
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
