import { isDeepStrictEqual } from 'node:util';
import { type Logger, silentLogger } from '../../src/kit/logger.ts';
import { type App, startApp } from '../../src/app.ts';
import { type Random, systemRandom } from '../../src/kit/random.ts';
import { readConfig } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/environment.ts';
import { installPatches } from '../../src/whatsapp/baileys/patches.ts';
import { type Answer, ask } from './ask.ts';
import { answerComplaint } from './openapi-conformance.ts';
import type { SkippingClock } from './skipping-clock.ts';
import { untilTrue } from './until.ts';

/** Options of {@link Orchestrator.start}. */
export interface OrchestratorOptions {
  environment: Environment;
  clock: SkippingClock;
  /** The lifetime of each QR, instead of WhatsApp's 60 and 20 s. */
  qrLifetimeMs?: number;
  /** Reports the free disk space, in bytes. */
  freeBytes?: () => Promise<number>;
  /** Where it logs; nowhere by default. */
  log?: Logger;
}

/** Keeps random waits within the shortest tenth of their range, so that no test waits for seconds. */
const shortWaits: Random = { ...systemRandom, fraction: () => systemRandom.fraction() / 10 };

/** The whole orchestrator within the test's process, used only through its settings and over HTTP. */
export class Orchestrator implements AsyncDisposable {
  readonly #app: App;

  private constructor(app: App) {
    this.#app = app;
  }

  /** Starts with the settings that an operator would use. */
  static async start({ environment, qrLifetimeMs, ...deps }: OrchestratorOptions): Promise<Orchestrator> {
    const config = readConfig({ PORT: '0', HOST: '127.0.0.1', ...environment });
    // Baileys keeps a timer this long after a connection ends, which would keep the tests from ending.
    const whatsapp = { ...config.whatsapp, connectTimeoutMs: 2_000, ...(qrLifetimeMs && { qrLifetimeMs }) };
    installPatches(whatsapp);
    const guard = { unexpected: () => 0 };
    return new Orchestrator(
      await startApp({ ...config, whatsapp }, { log: silentLogger, guard, random: shortWaits, ...deps }),
    );
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

  /** Resolves when there are exactly `count` sessions. */
  async untilSessions(count: number): Promise<void> {
    await untilTrue(async () => (await this.get('/sessions')).body.data.length === count);
  }

  /** Resolves when the REST view of the session has these fields; rejects with the actual view after the timeout. */
  async until(sessionId: string, fields: Record<string, unknown>, timeoutMs = 8_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    await untilTrue(async () => {
      const { body } = await this.get(`/sessions/${sessionId}`);
      const session = (body.data ?? body) as Record<string, unknown>;
      const fits = Object.entries(fields).every(([name, value]) => isDeepStrictEqual(session[name], value));
      if (!fits && Date.now() > end) throw new Error(`The session never became ${json(fields)}: ${json(session)}`);
      return fits;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app[Symbol.asyncDispose]();
  }

  /** Throws when an answer does not conform to docs/openapi.json. */
  async #ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await ask(`${this.url}${path}`, { method, body, headers });
    const contentType = answer.headers.get('content-type');
    const complaint = answerComplaint({ method, url: path, ...answer, contentType });
    if (complaint !== undefined) throw new Error(`An answer does not conform to docs/openapi.json: ${complaint}`);
    return answer;
  }
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
