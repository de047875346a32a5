import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { START_OPTIONS } from './start-options.ts';

const ENTRY = fileURLToPath(new URL('../../bin/whatsapp-orchestrator.js', import.meta.url));
const READY = 'the orchestrator is ready';
const POLL_INTERVAL_MS = 5;
/** The key for the REST interface, which production mode requires. */
export const API_KEY = 'the-key-of-the-bench';

/** The body of a response of the REST interface. */
export type ResponseBody = Record<string, unknown> & { success: boolean };

/** The processes to kill when this one exits. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** The orchestrator as `npm start` runs it, with its log written to a file. */
export class OrchestratorProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #agent = new Agent({ keepAlive: true });
  #url = '';

  /** Starts it with these settings and nothing else from our own environment; `args` are options of Node. */
  constructor(environment: Record<string, string>, { log, args = [] }: { log: string; args?: readonly string[] }) {
    const out = openSync(log, 'w');
    const env = { PATH: process.env.PATH, PORT: '0', LOG_FORMAT: 'json', API_KEY, ...environment };
    // The working directory is the root of the file system, so that no .env is loaded.
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
    if (this.#child.pid === undefined) throw new Error('The orchestrator did not start.');
    return this.#child.pid;
  }

  /** Where its REST interface is, once it responds. */
  get url(): string {
    return this.#url;
  }

  /** Resolves once it responds. Rejects with its whole output if it exits first. */
  async untilReady(): Promise<void> {
    while (this.#url === '') {
      const output = await readFile(this.#log, 'utf8');
      const line = output.split('\n').find((each) => each.includes(READY) && each.endsWith('}'));
      if (line !== undefined) this.#url = (JSON.parse(line) as { url: string }).url;
      else if (this.#hasExited) throw new Error(`The orchestrator exited:\n${output}`);
      else await pause(POLL_INTERVAL_MS);
    }
  }

  /** Calls its REST interface. Rejects with its own message unless the call succeeds. */
  async request(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ResponseBody> {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    const outgoing = httpRequest(`${this.#url}${path}`, { method, agent: this.#agent, headers });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const parsed = JSON.parse(await text(response)) as ResponseBody;
    if (!parsed.success) throw new Error(`${method} ${path}: ${String(parsed.message)}`);
    return parsed;
  }

  /** Signals the process and waits for its exit. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#agent.destroy();
    if (this.#hasExited) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }

  get #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
