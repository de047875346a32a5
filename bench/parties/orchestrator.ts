import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Backend } from './backend.ts';
import type { Target } from './bare-client.ts';
import type { Account, Contestant, Offer } from './contestant.ts';
import { OrchestratorProcess } from './orchestrator-process.ts';
import { sharedNowMs } from './usage.ts';

/** The key that encrypts the storage. */
export const MASTER_KEY = randomBytes(32).toString('hex');

/** The setup of an orchestrator. */
export interface OrchestratorOptions {
  target: Target;
  /** An existing folder for its exclusive use. */
  folder: string;
  /** Options of Node for the process. */
  args?: readonly string[];
  /** Further settings. */
  settings?: Readonly<Record<string, string>>;
  /** A backend that it shares with others, which end it; one of its own by default. */
  backend?: Backend;
}

/**
 * The orchestrator with a main backend that accepts callbacks at once. It runs as in production, with encrypted storage; only
 * its rate limits are lifted, since the bench would measure them otherwise.
 */
export class Orchestrator implements Contestant {
  readonly accounts: Account[] = [];
  readonly backend: Backend;
  readonly #options: OrchestratorOptions;
  readonly #sessions = new Map<Account, string>();
  #process: OrchestratorProcess;

  private constructor(backend: Backend, options: OrchestratorOptions) {
    this.backend = backend;
    this.#options = options;
    this.#process = this.#spawn();
  }

  /** Starts it and waits until it responds. */
  static async start(options: OrchestratorOptions): Promise<Orchestrator> {
    const orchestrator = new Orchestrator(options.backend ?? (await Backend.start()), options);
    await orchestrator.#process.untilReady();
    return orchestrator;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Its REST interface. */
  get rest(): OrchestratorProcess {
    return this.#process;
  }

  async offer(account: Account): Promise<Offer> {
    const { sessionId, qrText } = (await this.#process.request('GET', '/generate-qr')) as unknown as Record<
      string,
      string
    >;
    const untilLinked = async (): Promise<void> => {
      await this.backend.untilConnected(sessionId ?? '');
      this.#sessions.set(account, sessionId ?? '');
      this.accounts.push(account);
    };
    return { account, qr: qrText ?? '', untilLinked };
  }

  toggleProfile(): void {
    process.kill(this.pid, 'SIGUSR2');
  }

  untilArrived(count: number): Promise<void> {
    return this.backend.until(() => this.backend.arrivals.size >= count);
  }

  arrivals(): Promise<Map<string, number>> {
    return Promise.resolve(this.backend.arrivals);
  }

  /** The id of an account's session. */
  sessionOf(account: Account): string {
    return this.#sessions.get(account) ?? '';
  }

  send(account: Account, text: string, count: number): Promise<number[]> {
    return this.sendAs(this.sessionOf(account), account, { text, count });
  }

  /** The same as a session that may be at another node. */
  async sendAs(
    sessionId: string,
    account: Account,
    { text, count }: { text: string; count: number },
  ): Promise<number[]> {
    const path = `/sessions/${sessionId}/send-message`;
    const durationsMs: number[] = [];
    for (let sent = 0; sent < count; sent += 1) {
      const startMs = sharedNowMs();
      const { status } = await this.#process.request('POST', path, {
        number: account.friend,
        message: `${text} ${sent}`,
      });
      if (status !== 'sent') throw new Error('WhatsApp did not acknowledge a message in time.');
      durationsMs.push(sharedNowMs() - startMs);
    }
    return durationsMs;
  }

  /** Stops the process and starts a new one on the same storage, without waiting until it responds. */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#process.end(signal);
    this.#process = this.#spawn();
  }

  /** Stops the process; `restart` starts a new one. */
  async stop(): Promise<void> {
    await this.#process.end('SIGTERM');
  }

  /** The folder of its database. */
  get authDir(): string {
    return join(this.#options.folder, 'auth_sessions');
  }

  /** The log file of the process. */
  get log(): string {
    return join(this.#options.folder, 'orchestrator.log');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    if (!this.#options.backend) await this.backend[Symbol.asyncDispose]();
  }

  #spawn(): OrchestratorProcess {
    const { target, folder, args = [], settings } = this.#options;
    return new OrchestratorProcess(
      {
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        AUTH_DIR: this.authDir,
        DOWNLOADS_DIR: join(folder, 'downloads'),
        MASTER_KEY,
        BACKEND_BASE_URL: this.backend.url,
        WHATSAPP_WS_URL: target.wsUrl,
        WHATSAPP_ROOT_KEY: target.rootKey,
        ...LIFTED_LIMITS,
        ...settings,
      },
      { log: this.log, args },
    );
  }
}

/** The settings that take every limit of the rate away: the bench would measure them otherwise. */
export const LIFTED_LIMITS = {
  RATE_LIMIT: '0',
  SEND_RATE: '0',
  SEND_RATE_HOUR: '0',
  SEND_RATE_DAY: '0',
  NEW_CONVERSATIONS_DAY: '0',
  MAX_PENDING_SESSIONS: '1000',
};
