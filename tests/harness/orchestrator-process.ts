import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { START_OPTIONS } from '../../bench/parties/start-options.ts';
import { type Environment } from '../../src/config/environment.ts';
import { type Answer, ask } from './ask.ts';
import { CHILD_ENVIRONMENT } from './child-environment.ts';

const ENTRY = fileURLToPath(new URL('../../bin/whatsapp-orchestrator.js', import.meta.url));
const READY = 'the orchestrator is ready';

/** The orchestrator as a process of its own, as `npm start` runs it, which can be killed. */
export class OrchestratorProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** What it wrote, both outputs together. */
  output = '';
  #url: string | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts it with these settings and nothing of our own environment; does not wait. */
  static spawn(environment: Environment): OrchestratorProcess {
    // An empty folder as the working directory: no .env of a developer counts.
    const env = { ...CHILD_ENVIRONMENT, PORT: '0', LOG_FORMAT: 'json', ...environment };
    const child = spawn(process.execPath, [...START_OPTIONS, ENTRY], {
      env,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new OrchestratorProcess(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (started.output += chunk.toString()));
    }
    return started;
  }

  /** Starts it and waits until it answers. */
  static async start(environment: Environment): Promise<OrchestratorProcess> {
    const started = OrchestratorProcess.spawn(environment);
    await started.untilReady();
    return started;
  }

  /** Resolves when it answers. */
  untilReady(): Promise<void> {
    return this.until(READY);
  }

  /** Where it answers. */
  get url(): string {
    this.#url ??= this.logLines().find(({ msg }) => msg === READY)?.url as string;
    return this.#url;
  }

  /** Whether it has not ended yet. */
  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get(path: string): Promise<Answer> {
    return ask(`${this.url}${path}`, { method: 'GET' });
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return ask(`${this.url}${path}`, { method: 'POST', body });
  }

  /** How much memory it has, and the most that it had since the last call, in bytes. (Linux tells, and forgets.) */
  async memory(): Promise<{ now: number; peak: number }> {
    const folder = `/proc/${this.#child.pid}`;
    const status = await readFile(`${folder}/status`, 'utf8');
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
    await writeFile(`${folder}/clear_refs`, '5');
    return { now: kib('VmRSS') * 1024, peak: kib('VmHWM') * 1024 };
  }

  /** The CPU time that it has used, in ms. (Linux tells, in hundredths of a second.) */
  async cpuMs(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/stat`, 'utf8');
    const [user, system] = status
      .slice(status.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user! + system!) * 10;
  }

  /** Sends it a signal that does not end it. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its log so far. */
  logLines(): Record<string, unknown>[] {
    return this.output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Resolves when it has written `text`; rejects with all it wrote when it ends before. */
  async until(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (!this.isRunning) throw new Error(`It ended before it wrote "${text}":\n${this.output}`);
      await Promise.race([
        ...[this.#child.stdout, this.#child.stderr].map((stream) => stream && once(stream, 'data')),
        once(this.#child, 'close'),
      ]);
    }
  }

  /** Sends the signal and resolves with the exit code, `null` when the signal ended it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited();
  }

  /** Resolves with the exit code. */
  async exited(): Promise<number | null> {
    if (this.isRunning) await once(this.#child, 'close');
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}
