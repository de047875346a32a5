import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../tests/harness/free-port.ts';
import type { Account, Contestant, Offer } from '../parties/contestant.ts';
import { rssBytes, sharedNowMs } from '../parties/usage.ts';
import type { GatewayAdapter, GatewayApi, GatewayPlace, InstalledGateway, WhatsAppAddress } from './adapter.ts';
import { GatewayProcess } from './gateway-process.ts';
import { Receiver } from './receiver.ts';

const POLL_INTERVAL_MS = 20;
const TIMEOUT_MS = 120_000;
const OF_TEST_BED = /^m\d+ \d+$/;

/** Any gateway, driven through its adapter, with a receiver of its webhooks that answers at once. */
export class Gateway implements Contestant {
  readonly accounts: Account[] = [];
  readonly receiver: Receiver;
  /** How the table calls it. */
  readonly label: string;
  readonly #adapter: GatewayAdapter;
  readonly #place: GatewayPlace;
  readonly #api: GatewayApi;
  readonly #sessions = new Map<Account, string>();
  #process: GatewayProcess;

  private constructor(adapter: GatewayAdapter, place: GatewayPlace, receiver: Receiver) {
    this.#adapter = adapter;
    this.#place = place;
    this.#api = adapter.api(place);
    this.receiver = receiver;
    this.label = `${adapter.name} ${adapter.version}`;
    this.#process = this.#spawn();
  }

  /** Starts it on an existing empty folder, and waits until it serves requests. */
  static async start(
    { adapter, packages }: InstalledGateway,
    folder: string,
    whatsapp: WhatsAppAddress,
  ): Promise<Gateway> {
    const receiver = await Receiver.start(adapter);
    const place = { folder, whatsapp, packages, port: await freePort(), webhookUrl: receiver.url };
    const gateway = new Gateway(adapter, place, receiver);
    try {
      await gateway.untilReady();
      return gateway;
    } catch (error) {
      await gateway[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  get pids(): number[] {
    return this.#process.pids;
  }

  /** The resident memory of all its processes, in bytes. */
  async rssBytes(): Promise<number> {
    const each = await Promise.all(this.pids.map(rssBytes));
    return each.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Resolves once it serves requests. Rejects with its output if it exits first. */
  untilReady(): Promise<void> {
    return this.#until('it serves requests', () => this.#api.isReady().catch(() => false));
  }

  async offer(account: Account): Promise<Offer> {
    const session = await this.#api.begin(`account${account.number}`);
    let qr: string | undefined;
    await this.#until('it has a QR', async () => {
      qr = await this.#api.qr(session);
      return qr !== undefined;
    });
    const untilLinked = async (): Promise<void> => {
      await this.#until('a session is connected', () => this.#api.isConnected(session));
      this.#sessions.set(account, session);
      this.accounts.push(account);
    };
    return { account, qr: qr ?? '', untilLinked };
  }

  /** Takes none: a process that does not know the signal dies of it. */
  toggleProfile(): void {
    // Nothing to do.
  }

  untilArrived(count: number): Promise<void> {
    return this.#until(`${count} texts have arrived`, async () => (await this.arrivals()).size >= count);
  }

  /** Of the texts of the test bed, by the ids that it gives to them. Those of trials may be missing, and are not among them. */
  arrivals(): Promise<Map<string, number>> {
    const ofTestBed = [...this.receiver.arrivals].filter(([text]) => OF_TEST_BED.test(text));
    return Promise.resolve(new Map(ofTestBed.map(([text, atMs]) => [text.replace(' ', '-'), atMs])));
  }

  async send(account: Account, text: string, count: number): Promise<number[]> {
    const session = this.#sessions.get(account) ?? '';
    const durationsMs: number[] = [];
    for (let sent = 0; sent < count; sent += 1) {
      const startMs = sharedNowMs();
      await this.#api.send(session, account.friend, `${text} ${sent}`);
      durationsMs.push(sharedNowMs() - startMs);
    }
    return durationsMs;
  }

  /** Kills all its processes and starts it again, without waiting until it serves requests. */
  async killAndStart(): Promise<void> {
    await this.#process.end('SIGKILL');
    this.#process = this.#spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.end('SIGKILL');
    await this.receiver[Symbol.asyncDispose]();
  }

  #spawn(): GatewayProcess {
    const { folder } = this.#place;
    return new GatewayProcess(this.#adapter.launch(this.#place), { folder, log: join(folder, 'output.log') });
  }

  /** Polls, since that is what every API allows. */
  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const startMs = sharedNowMs();
    while (!(await holds())) {
      const hasExited = this.#process.hasExited;
      if (!hasExited && sharedNowMs() - startMs < TIMEOUT_MS) await pause(POLL_INTERVAL_MS);
      else {
        const end = hasExited ? 'It exited' : `${TIMEOUT_MS / 1000} s passed`;
        throw new Error(`${this.label}: ${end} before ${what}:\n${await this.#process.output()}`);
      }
    }
  }
}
