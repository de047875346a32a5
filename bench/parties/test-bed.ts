import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchTask } from '../bench.ts';
import { Bare } from './bare.ts';
import type { Target } from './bare-client.ts';
import type { InstalledGateway, WhatsAppAddress } from '../gateway/adapter.ts';
import { Gateway } from '../gateway/gateway.ts';
import { Cluster } from './cluster.ts';
import type { Account, Contestant } from './contestant.ts';
import { Orchestrator, type OrchestratorOptions } from './orchestrator.ts';
import { Remote } from './remote.ts';
import { cpuMs as cpuMsOfOne, untilIdle } from './usage.ts';
import type { WhatsAppApi } from './whatsapp-process.ts';

/** How a contestant handled received messages. */
export interface Reception {
  /** CPU per message. */
  cpuMs: number;
  perSecond: number;
  /** The time of each message from WhatsApp's socket to its destination. */
  delaysMs: number[];
}

/** How an orchestrator is started: options of Node, and settings. */
type StartOptions = Pick<OrchestratorOptions, 'args' | 'settings' | 'backend'>;

/** The messages that a contestant receives. */
export interface Traffic {
  accounts: readonly Account[];
  count: number;
  /** The pace; undefined for as fast as the simulator can. */
  perSecond?: number;
}

const WHATSAPP = new URL('whatsapp-process.ts', import.meta.url);
const PROFILE = new URL('../preload/profile.ts', import.meta.url);
const CONCURRENT_PAIRINGS = 4;

/** A simulated WhatsApp in its own process, and the contestants that are measured on it. */
export class TestBed implements AsyncDisposable {
  readonly whatsapp: Remote<WhatsAppApi>;
  readonly target: Target & WhatsAppAddress;
  readonly #task: BenchTask;
  readonly #contestants: Contestant[] = [];
  readonly #arrived = new Map<Contestant, number>();
  #numbers = 0;
  #rounds = 0;

  private constructor(whatsapp: Remote<WhatsAppApi>, target: TestBed['target'], task: BenchTask) {
    this.whatsapp = whatsapp;
    this.target = target;
    this.#task = task;
  }

  static async open(task: BenchTask): Promise<TestBed> {
    const whatsapp = new Remote<WhatsAppApi>(WHATSAPP);
    return new TestBed(whatsapp, await whatsapp.call('about', undefined), task);
  }

  /** Starts bare Baileys without accounts. It ends with the test bed. */
  bare(): Bare {
    const bare = new Bare(this.target, this.#profilingArgs());
    this.#contestants.push(bare);
    return bare;
  }

  /** Starts an orchestrator on empty storage, without accounts. It ends with the test bed. */
  async orchestrator({ args = [], ...options }: StartOptions = {}): Promise<Orchestrator> {
    const folder = join(this.#task.folder, `orchestrator-${this.#contestants.length}`);
    await mkdir(folder);
    const orchestrator = await Orchestrator.start({
      target: this.target,
      folder,
      args: [...args, ...this.#profilingArgs()],
      ...options,
    });
    this.#contestants.push(orchestrator);
    return orchestrator;
  }

  /** Starts a gateway on an empty folder, without accounts. It ends with the test bed. */
  async gateway(installed: InstalledGateway): Promise<Gateway> {
    const folder = join(this.#task.folder, `gateway-${this.#contestants.length}`);
    await mkdir(folder);
    const gateway = await Gateway.start(installed, folder, this.target);
    this.#contestants.push(gateway);
    return gateway;
  }

  /** Starts orchestrators as nodes on an empty database, without accounts. They end with the test bed. */
  cluster(nodes: number, databaseUrl: string): Promise<Cluster> {
    return Cluster.start(nodes, databaseUrl, (options) => this.orchestrator(options));
  }

  /** Links `count` more accounts, four at a time. */
  async link(contestant: Contestant, count: number): Promise<void> {
    const accounts = await this.makeAccounts(count);
    const link = async (): Promise<void> => {
      for (let account = accounts.pop(); account; account = accounts.pop()) {
        const offer = await contestant.offer(account);
        await this.scan(account, offer.qr);
        await offer.untilLinked();
        if (contestant.accounts.length % 50 === 0) this.#task.log(`${contestant.accounts.length} accounts linked`);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_PAIRINGS }, link));
  }

  /** Creates the phones of `count` accounts, and of a friend for each. */
  async makeAccounts(count: number): Promise<Account[]> {
    const accounts = Array.from({ length: count }, () => {
      const digits = String((this.#numbers += 1)).padStart(8, '0');
      return { number: `54911${digits}`, friend: `54922${digits}` };
    });
    await this.whatsapp.call(
      'phones',
      accounts.flatMap(({ number, friend }) => [number, friend]),
    );
    return accounts;
  }

  async scan({ number }: Account, qr: string): Promise<void> {
    await this.whatsapp.call('scan', { number, qr });
  }

  /**
   * Makes each account and its friend write to each other, and then sends `messages` more. This establishes both sides of their
   * Signal sessions, and warms up the code of the contestant.
   */
  async warmUp(contestant: Contestant, accounts: readonly Account[], messages: number): Promise<void> {
    await this.receive(contestant, { accounts, count: accounts.length });
    for (const account of accounts) await contestant.send(account, 'warm-up', 1);
    await this.receive(contestant, { accounts, count: messages });
  }

  /** Makes the friends write in turn, and measures the contestant until it is idle again. */
  async receive(contestant: Contestant, { accounts, count, perSecond }: Traffic): Promise<Reception> {
    const { whatsapp } = this;
    const text = `m${(this.#rounds += 1)}`;
    const routes = accounts.map(({ number, friend }) => ({ from: friend, to: number }));
    await whatsapp.call('write', { routes, count, text });
    const total = (this.#arrived.get(contestant) ?? 0) + count;
    this.#arrived.set(contestant, total);
    const { cpuMs, result: sentAt } = await this.measured(contestant, async () => {
      const released = await whatsapp.call('release', perSecond === undefined ? {} : { perSecond });
      await contestant.untilArrived(total);
      await whatsapp.call('untilQuiet', undefined);
      return released;
    });
    const arrivals = await contestant.arrivals();
    if (arrivals.size !== total) throw new Error(`${arrivals.size} of ${total} messages arrived.`);
    const delaysMs = sentAt.map((atMs, index) => (arrivals.get(`${text}-${index}`) ?? NaN) - atMs);
    const lastMs = Math.max(...sentAt.map((atMs, index) => atMs + (delaysMs[index] ?? NaN)));
    return { cpuMs: cpuMs / count, perSecond: (count * 1000) / (lastMs - (sentAt[0] ?? NaN)), delaysMs };
  }

  /** Runs `work` and measures the CPU time of the contestant until it is idle again, in ms. */
  async measured<Result>(
    contestant: Contestant,
    work: () => Promise<Result>,
  ): Promise<{ cpuMs: number; result: Result }> {
    const pids = contestant.pids ?? [contestant.pid];
    await Promise.all(pids.map(untilIdle));
    const before = await cpuMsOf(pids);
    if (this.#task.profiles !== undefined) contestant.toggleProfile();
    const result = await work();
    await Promise.all(pids.map(untilIdle));
    const cpuMs = (await cpuMsOf(pids)) - before;
    if (this.#task.profiles !== undefined) {
      contestant.toggleProfile();
      // It is busy until the profile is written.
      await Promise.all(pids.map(untilIdle));
    }
    return { cpuMs, result };
  }

  /** The options of Node that set up profiling, when profiles are requested. */
  #profilingArgs(): string[] {
    const { profiles } = this.#task;
    return profiles === undefined ? [] : [`--import=${PROFILE.href}?${encodeURIComponent(profiles)}`];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#contestants.map((contestant) => contestant[Symbol.asyncDispose]()));
    await this.whatsapp[Symbol.asyncDispose]();
  }
}

async function cpuMsOf(pids: readonly number[]): Promise<number> {
  const times = await Promise.all(pids.map(cpuMsOfOne));
  return times.reduce((sum, ms) => sum + ms, 0);
}
