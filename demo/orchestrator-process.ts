import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { OrchestratorApi } from './orchestrator-api.ts';
import { until } from './until.ts';

const PROGRAM = fileURLToPath(new URL('../bin/whatsapp-orchestrator.js', import.meta.url));
const MAX_LOG_LINES = 200;
const STOP_TIMEOUT_MS = 10_000;

/** How the orchestrator is started, each time. */
export interface OrchestratorOptions {
  readonly api: OrchestratorApi;
  /** Its complete environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its working directory, without a `.env` that could change the story. */
  readonly folder: string;
}

/** The real orchestrator in a process of its own, so that it can be killed like any other. */
export class OrchestratorProcess {
  readonly #options: OrchestratorOptions;
  readonly #log: string[] = [];
  #child: ChildProcess | undefined;
  #isReady = false;

  constructor(options: OrchestratorOptions) {
    this.#options = options;
  }

  get state(): 'running' | 'starting' | 'stopped' {
    if (!this.#child) return 'stopped';
    return this.#isReady ? 'running' : 'starting';
  }

  /** The last `count` lines of its output, at most 200. */
  tail(count: number): string {
    return this.#log.slice(-count).join('\n');
  }

  /** Starts the process and resolves once it responds. Rejects if it exits first. Does nothing if it is running. */
  async start(): Promise<void> {
    if (this.#child) return;
    const { env, folder, api } = this.#options;
    // In a process group of its own, so that Ctrl-C reaches only the demo, which then stops it gracefully.
    const child = spawn(process.execPath, [PROGRAM], { cwd: folder, env, detached: true });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#appendToLog(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#appendToLog(text));
    child.once('close', () => this.#onClose(child));
    await until(() => this.#isHealthy(child, api), { what: 'the orchestrator to start' });
    this.#isReady = true;
  }

  /** kill -9: no shutdown handler runs. */
  kill(): Promise<void> {
    return this.#signal('SIGKILL');
  }

  /** Stops the process with SIGTERM, and with SIGKILL if it is still running after 10 s. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.killNow(), STOP_TIMEOUT_MS);
    await this.#signal('SIGTERM');
    clearTimeout(timer);
  }

  /** Sends SIGKILL without waiting for the exit; safe to call from an `exit` handler. */
  killNow(): void {
    this.#child?.kill('SIGKILL');
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }

  async #isHealthy(child: ChildProcess, api: OrchestratorApi): Promise<true | undefined> {
    if (this.#child !== child) throw new Error(`The orchestrator exited during start-up:\n${this.tail(5)}`);
    const health = await api.fetch('GET', '/health').catch(() => undefined);
    return health?.ok ? true : undefined;
  }

  #onClose(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#isReady = false;
  }

  #appendToLog(text: string): void {
    this.#log.push(...text.trimEnd().split('\n'));
    this.#log.splice(0, this.#log.length - MAX_LOG_LINES);
  }
}
