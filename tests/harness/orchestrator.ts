import { silentLogger } from '../../src/kit/logger.ts';
import { type App, startApp } from '../../src/app.ts';
import { type Random, systemRandom } from '../../src/kit/random.ts';
import { readConfig } from '../../src/config/config.ts';
import { type Environment } from '../../src/config/environment.ts';
import { installPatches, PATCHES } from '../../src/whatsapp/baileys/patches.ts';
import { type Answer, ask } from './ask.ts';
import { answerComplaint } from './documented.ts';
import { type SkippingClock } from './skipping-clock.ts';
import { untilTrue } from './until.ts';

/** How an orchestrator is started. */
export interface OrchestratorOptions {
  environment: Environment;
  clock: SkippingClock;
  /** Each QR lives so long, instead of WhatsApp's 60 and 20 s. */
  qrLifetimeMs?: number;
  /** What the disk is said to have left, in bytes. */
  freeBytes?: () => Promise<number>;
}

/** Waits that are drawn by lot are as short as they may be with some luck, so that no test waits for seconds. */
const luckyRandom: Random = { ...systemRandom, fraction: () => systemRandom.fraction() / 10 };

/** Jest gives each test file its own globals and packages, but all files of a worker share Node's modules: they stay as they are. */
const PATCHES_OF_FILE = PATCHES.filter(({ target }) => target !== 'node:crypto');

/** The whole orchestrator within the test's process, reached as everybody reaches it: by settings and HTTP. */
export class Orchestrator implements AsyncDisposable {
  readonly #app: App;

  private constructor(app: App) {
    this.#app = app;
  }

  /** Starts with the settings that an operator would give. */
  static async start({ environment, qrLifetimeMs, ...parts }: OrchestratorOptions): Promise<Orchestrator> {
    const config = readConfig({ PORT: '0', HOST: '127.0.0.1', ...environment });
    // Baileys keeps a timer this long after a line is gone, which would keep the tests from ending.
    const whatsapp = { ...config.whatsapp, connectTimeoutMs: 2_000, ...(qrLifetimeMs && { qrLifetimeMs }) };
    installPatches(whatsapp, PATCHES_OF_FILE);
    const guard = { unexpected: () => 0 };
    const others = { log: silentLogger, guard, random: luckyRandom, ...parts };
    return new Orchestrator(await startApp({ ...config, whatsapp }, others));
  }

  get url(): string {
    return this.#app.url;
  }

  get(path: string): Promise<Answer> {
    return this.#ask('GET', path);
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#ask('POST', path, body, headers);
  }

  patch(path: string, body: unknown): Promise<Answer> {
    return this.#ask('PATCH', path, body);
  }

  delete(path: string): Promise<Answer> {
    return this.#ask('DELETE', path);
  }

  /** Sends a text through the session. */
  send(sessionId: string, number: string, message: string): Promise<Answer> {
    return this.post(`/sessions/${sessionId}/send-message`, { number, message });
  }

  /** Resolves when there are so many sessions. */
  async untilSessions(count: number): Promise<void> {
    await untilTrue(async () => (await this.get('/sessions')).body.data.length === count);
  }

  /** Resolves when the session looks like this from outside; rejects with how it looked instead. */
  async until(sessionId: string, fields: Record<string, unknown>, timeoutMs = 8_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    await untilTrue(async () => {
      const { body } = await this.get(`/sessions/${sessionId}`);
      const session = (body.data ?? body) as Record<string, unknown>;
      const fits = Object.entries(fields).every(([name, value]) => session[name] === value);
      if (!fits && Date.now() > end) throw new Error(`The session never was ${json(fields)}, but ${json(session)}`);
      return fits;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app[Symbol.asyncDispose]();
  }

  /** Every answer must be as docs/openapi.json says. */
  async #ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await ask(`${this.url}${path}`, { method, body, headers });
    const contentType = answer.headers.get('content-type');
    const complaint = answerComplaint({ method, url: path, ...answer, contentType });
    if (complaint !== undefined) throw new Error(`An answer is not as docs/openapi.json says: ${complaint}`);
    return answer;
  }
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
