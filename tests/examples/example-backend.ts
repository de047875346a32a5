import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CHILD_ENVIRONMENT } from '../harness/child-environment.ts';

const MAIN = fileURLToPath(new URL('../../examples/backend/main.ts', import.meta.url));

/** The example backend as its users run it: a process, which can be killed and started again on the same port. */
export class ExampleBackend implements AsyncDisposable {
  readonly url: string;
  readonly #environment: Record<string, string>;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(port: number, environment: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#environment = { ...environment, PORT: String(port) };
  }

  /** Everything that it has written. */
  get output(): string {
    return this.#output;
  }

  /** Starts it; resolves when it listens, and rejects with what it wrote when it ends before. */
  async start(): Promise<void> {
    const env = { ...CHILD_ENVIRONMENT, ...this.#environment };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.#output += String(text)));
    const closed = once(child, 'close').then(() => true);
    while (!this.#output.includes('listens at')) {
      const hasEnded = await Promise.race([closed, once(child.stdout, 'data').then(() => false)]);
      if (hasEnded) throw new Error(`The backend ended early: ${this.#output}`);
    }
  }

  /** Ends it with this signal; resolves with its exit code, `null` when the signal ended it. */
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
