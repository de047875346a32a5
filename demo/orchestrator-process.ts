import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { type OrchestratorApi } from './orchestrator-api.ts';
import { until } from './until.ts';

const PROGRAM = fileURLToPath(new URL('../bin/whatsapp-orchestrator.js', import.meta.url));
const KEPT_LINES = 200;
const STOP_LIMIT_MS = 10_000;

/** How the orchestrator is started, each time. */
export interface OrchestratorSettings {
  readonly api: OrchestratorApi;
  /** Everything that it gets from outside. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it runs; there is no `.env` in it that could change the story. */
  readonly folder: string;
}

/** The real orchestrator, as a process of its own that can be killed like any other. */
export class OrchestratorProcess {
  readonly #settings: OrchestratorSettings;
  readonly #log: string[] = [];
  #child: ChildProcess | undefined;
  #ready = false;

  constructor(settings: OrchestratorSettings) {
    this.#settings = settings;
  }

  get state(): 'running' | 'starting' | 'stopped' {
    if (!this.#child) return 'stopped';
    return this.#ready ? 'running' : 'starting';
  }

  /** The last lines that it wrote. */
  tail(lines: number): string {
    return this.#log.slice(-lines).join('\n');
  }

  /** Starts it, and resolves once it answers. Rejects when it ends instead. */
  async start(): Promise<void> {
    if (this.#child) return;
    const { env, folder, api } = this.#settings;
    // A process group of its own: Ctrl-C is for the demo, which then ends it in order.
    const child = spawn(process.execPath, [PROGRAM], { cwd: folder, env, detached: true });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#keep(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#keep(text));
    child.once('close', () => this.#ended(child));
    await until(() => this.#answers(child, api), { what: 'The start of the orchestrator' });
    this.#ready = true;
  }

  /** kill -9: it cannot say goodbye to anybody. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Asks it to end in order, and insists when that takes too long. */
  async stop(): Promise<void> {
    const insist = setTimeout(() => this.killNow(), STOP_LIMIT_MS);
    await this.#end('SIGTERM');
    clearTimeout(insist);
  }

  /** The last resort, for when this program ends without waiting. */
  killNow(): void {
    this.#child?.kill('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }

  async #answers(child: ChildProcess, api: OrchestratorApi): Promise<true | undefined> {
    if (this.#child !== child) throw new Error(`The orchestrator ended at once:\n${this.tail(5)}`);
    const health = await api.fetch('GET', '/health').catch(() => undefined);
    return health?.ok ? true : undefined;
  }

  #ended(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#ready = false;
  }

  #keep(text: string): void {
    this.#log.push(...text.trimEnd().split('\n'));
    this.#log.splice(0, this.#log.length - KEPT_LINES);
  }
}
