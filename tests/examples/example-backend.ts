import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CHILD_ENVIRONMENT } from '../harness/child-environment.ts';

const MAIN = fileURLToPath(new URL('../../examples/backend/main.ts', import.meta.url));

/** The example backend as a process, as users run it. It can be killed and started again on the same port. */
export class ExampleBackend implements AsyncDisposable {
  readonly url: string;
  readonly #environment: Record<string, string>;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(port: number, environment: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#environment = { ...environment, PORT: String(port) };
  }

  /** The output of the current process. */
  get output(): string {
    return this.#output;
  }

  /** Starts the process. Resolves once it is listening; rejects with its output if it exits first. */
  async start(): Promise<void> {
    const env = { ...CHILD_ENVIRONMENT, ...this.#environment };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.#output += String(text)));
    const exited = once(child, 'close').then(() => true);
    while (!this.#output.includes('is listening at')) {
      const hasExited = await Promise.race([exited, once(child.stdout, 'data').then(() => false)]);
      if (hasExited) throw new Error(`The backend exited early: ${this.#output}`);
    }
  }

  /** Sends a signal and waits for the exit. Resolves with the exit code; `null` if the signal killed the process. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    child.kill(signal);
    await once(child, 'close');
    return child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}
