import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { START_OPTIONS } from '../../bench/parties/start-options.ts';
import type { Environment } from '../../src/config/environment.ts';
import { type Answer, ask } from './ask.ts';
import { CHILD_ENVIRONMENT } from './child-environment.ts';

const ENTRY = fileURLToPath(new URL('../../bin/whatsapp-orchestrator.js', import.meta.url));
const READY = 'the orchestrator is ready';

/** The orchestrator in its own process, as `npm start` runs it, so that it can be killed. */
export class OrchestratorProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** Standard output and standard error together. */
  output = '';
  #url: string | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts the process with these settings and without our own environment; does not wait. */
  static spawn(environment: Environment): OrchestratorProcess {
    // A working directory without a .env, so that a developer's settings have no effect.
    const env = { ...CHILD_ENVIRONMENT, PORT: '0', LOG_FORMAT: 'json', ...environment };
    const child = spawn(process.execPath, [...START_OPTIONS, ENTRY], {
      env,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Any number of waits for a line may be under way.
    for (const emitter of [child, child.stdout, child.stderr]) emitter.setMaxListeners(0);
    const started = new OrchestratorProcess(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (started.output += chunk.toString()));
    }
    return started;
  }

  /** Starts the process and waits until it is ready. */
  static async start(environment: Environment): Promise<OrchestratorProcess> {
    const started = OrchestratorProcess.spawn(environment);
    await started.untilReady();
    return started;
  }

  /** Resolves when it is ready for requests. */
  untilReady(): Promise<void> {
    return this.until(READY);
  }

  /** The base URL of its REST interface. */
  get url(): string {
    this.#url ??= this.logLines().find(({ msg }) => msg === READY)?.url as string;
    return this.#url;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get(path: string): Promise<Answer> {
    return ask(`${this.url}${path}`, { method: 'GET' });
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return ask(`${this.url}${path}`, { method: 'POST', body });
  }

  delete(path: string): Promise<Answer> {
    return ask(`${this.url}${path}`, { method: 'DELETE' });
  }

  /** The resident memory, and its peak since the last call, in bytes. Resets the peak. Linux only. */
  async memory(): Promise<{ now: number; peak: number }> {
    const folder = `/proc/${this.#child.pid}`;
    const status = await readFile(`${folder}/status`, 'utf8');
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
    await writeFile(`${folder}/clear_refs`, '5');
    return { now: kib('VmRSS') * 1024, peak: kib('VmHWM') * 1024 };
  }

  /** The CPU time used so far, in ms, with a resolution of 10 ms. Linux only. */
  async cpuMs(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/stat`, 'utf8');
    const [user, system] = status
      .slice(status.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user! + system!) * 10;
  }

  /** Sends a signal without waiting for the process to end. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The parsed log lines so far. */
  logLines(): Record<string, unknown>[] {
    return this.output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Resolves when the output contains `text`; rejects with the output when the process ends before. */
  async until(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (!this.isRunning) throw new Error(`The process ended before it wrote "${text}":\n${this.output}`);
      const waiting = new AbortController();
      const { signal } = waiting;
      const news = [this.#child.stdout, this.#child.stderr].map((stream) => stream && once(stream, 'data', { signal }));
      await Promise.race([...news, once(this.#child, 'close', { signal })]);
      // Does not leave the other listeners behind.
      waiting.abort();
    }
  }

  /** Sends the signal and resolves with the exit code; `null` when the signal ended the process. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited();
  }

  /** Resolves with the exit code when the process has ended. */
  async exited(): Promise<number | null> {
    if (this.isRunning) await once(this.#child, 'close');
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}
