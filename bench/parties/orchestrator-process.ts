import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { START_OPTIONS } from './start-options.ts';

const ENTRY = fileURLToPath(new URL('../../bin/whatsapp-orchestrator.js', import.meta.url));
const READY = 'the orchestrator is ready';
const LOOK_MS = 5;
/** A key for the REST interface, as production wants one. */
const API_KEY = 'the-key-of-the-bench';

/** What the REST interface answers. */
export type Answer = Record<string, unknown> & { success: boolean };

/** Whatever ends this process takes the orchestrators along. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** The orchestrator as `npm start` runs it, with its log in a file. */
export class OrchestratorProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #agent = new Agent({ keepAlive: true });
  #url = '';

  /** Starts it with these settings and nothing of our own environment; `args` are Node's. */
  constructor(environment: Record<string, string>, { log, args = [] }: { log: string; args?: readonly string[] }) {
    const out = openSync(log, 'w');
    const env = { PATH: process.env.PATH, PORT: '0', LOG_FORMAT: 'json', API_KEY, ...environment };
    // The root as the working directory: no .env of a developer counts.
    this.#child = spawn(process.execPath, [...START_OPTIONS, ...args, ENTRY], {
      env,
      cwd: '/',
      stdio: ['ignore', out, out],
    });
    closeSync(out);
    this.#log = log;
    running.add(this.#child);
    this.#child.once('exit', () => running.delete(this.#child));
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The orchestrator did not start');
    return this.#child.pid;
  }

  /** Resolves when it answers. Rejects with all that it wrote when it ends before. */
  async untilReady(): Promise<void> {
    while (this.#url === '') {
      const written = await readFile(this.#log, 'utf8');
      const line = written.split('\n').find((each) => each.includes(READY) && each.endsWith('}'));
      if (line !== undefined) this.#url = (JSON.parse(line) as { url: string }).url;
      else if (this.#hasEnded) throw new Error(`The orchestrator ended:\n${written}`);
      else await pause(LOOK_MS);
    }
  }

  /** Asks its REST interface. Rejects with its sentence when it refuses. */
  async ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    const sent = request(`${this.#url}${path}`, { method, agent: this.#agent, headers });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answer = JSON.parse(await text(response)) as Answer;
    if (!answer.success) throw new Error(`${method} ${path}: ${String(answer.message)}`);
    return answer;
  }

  /** Ends it and waits for that. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#agent.destroy();
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
