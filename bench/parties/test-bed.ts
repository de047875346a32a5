import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchTask } from '../bench.ts';
import { Bare } from './bare.ts';
import { type Target } from './bare-client.ts';
import { type Account, type Contestant } from './contestant.ts';
import { Orchestrator } from './orchestrator.ts';
import { Remote } from './remote.ts';
import { cpuMs as cpuMsOf, untilAtRest } from './usage.ts';
import type { WhatsAppApi } from './whatsapp-process.ts';

/** What a contestant did with some messages. */
export interface Reception {
  /** CPU for each message. */
  cpuMs: number;
  perSecond: number;
  /** How long each message took from WhatsApp's socket to where it is for. */
  delaysMs: number[];
}

/** How messages are written. */
export interface Traffic {
  accounts: readonly Account[];
  count: number;
  /** As fast as the simulator can without it. */
  perSecond?: number;
}

const WHATSAPP = new URL('whatsapp-process.ts', import.meta.url);
const PROFILE = new URL('../preload/profile.ts', import.meta.url);
/** So many pairings are made at once. */
const HANDS = 4;

/** A WhatsApp in its own process, and who is measured on it. */
export class Ground implements AsyncDisposable {
  readonly whatsapp: Remote<WhatsAppApi>;
  readonly target: Target;
  readonly #task: BenchTask;
  readonly #contestants: Contestant[] = [];
  readonly #arrived = new Map<Contestant, number>();
  #numbers = 0;
  #rounds = 0;

  private constructor(whatsapp: Remote<WhatsAppApi>, target: Target, task: BenchTask) {
    this.whatsapp = whatsapp;
    this.target = target;
    this.#task = task;
  }

  static async open(task: BenchTask): Promise<Ground> {
    const whatsapp = new Remote<WhatsAppApi>(WHATSAPP);
    return new Ground(whatsapp, await whatsapp.ask('about', undefined), task);
  }

  /** Bare Baileys, without accounts yet; it ends with the ground. */
  bare(): Bare {
    const bare = new Bare(this.target, this.#profiling());
    this.#contestants.push(bare);
    return bare;
  }

  /** An orchestrator on an empty storage, without accounts yet; it ends with the ground. `args` are Node's. */
  async orchestrator(args: readonly string[] = []): Promise<Orchestrator> {
    const folder = join(this.#task.folder, `orchestrator-${this.#contestants.length}`);
    await mkdir(folder);
    const orchestrator = await Orchestrator.start({
      target: this.target,
      folder,
      args: [...args, ...this.#profiling()],
    });
    this.#contestants.push(orchestrator);
    return orchestrator;
  }

  /** Links `count` more accounts, some at once. */
  async link(contestant: Contestant, count: number): Promise<void> {
    const accounts = await this.makeAccounts(count);
    const link = async (): Promise<void> => {
      for (let account = accounts.pop(); account; account = accounts.pop()) {
        const offer = await contestant.offer(account);
        await this.scan(account, offer.qr);
        await offer.untilLinked();
        if (contestant.accounts.length % 50 === 0) this.#task.say(`${contestant.accounts.length} accounts linked`);
      }
    };
    await Promise.all(Array.from({ length: HANDS }, link));
  }

  /** People with phones, each with a friend. */
  async makeAccounts(count: number): Promise<Account[]> {
    const accounts = Array.from({ length: count }, () => {
      const digits = String((this.#numbers += 1)).padStart(8, '0');
      return { number: `54911${digits}`, friend: `54922${digits}` };
    });
    await this.whatsapp.ask(
      'phones',
      accounts.flatMap(({ number, friend }) => [number, friend]),
    );
    return accounts;
  }

  async scan({ number }: Account, qr: string): Promise<void> {
    await this.whatsapp.ask('scan', { number, qr });
  }

  /**
   * Has the account and its friend write to each other: after that both sides of their Signal session are established, and the
   * code of the contestant is warm.
   */
  async acquaint(contestant: Contestant, accounts: readonly Account[], warmUp: number): Promise<void> {
    await this.receive(contestant, { accounts, count: accounts.length });
    for (const account of accounts) await contestant.send(account, 'warm-up', 1);
    await this.receive(contestant, { accounts, count: warmUp });
  }

  /** Has the friends write by turns, and measures what that costs the contestant until nothing is left to do. */
  async receive(contestant: Contestant, { accounts, count, perSecond }: Traffic): Promise<Reception> {
    const { whatsapp } = this;
    const text = `m${(this.#rounds += 1)}`;
    const routes = accounts.map(({ number, friend }) => ({ from: friend, to: number }));
    await whatsapp.ask('write', { routes, count, text });
    const total = (this.#arrived.get(contestant) ?? 0) + count;
    this.#arrived.set(contestant, total);
    const { cpuMs, result: sentAt } = await this.measured(contestant, async () => {
      const released = await whatsapp.ask('release', perSecond === undefined ? {} : { perSecond });
      await contestant.untilArrived(total);
      await whatsapp.ask('untilQuiet', undefined);
      return released;
    });
    const arrivals = await contestant.arrivals();
    if (arrivals.size !== total) throw new Error(`${arrivals.size} messages arrived, but ${total} were written`);
    const delaysMs = sentAt.map((atMs, index) => (arrivals.get(`${text}-${index}`) ?? NaN) - atMs);
    const lastMs = Math.max(...sentAt.map((atMs, index) => atMs + (delaysMs[index] ?? NaN)));
    return { cpuMs: cpuMs / count, perSecond: (count * 1000) / (lastMs - (sentAt[0] ?? NaN)), delaysMs };
  }

  /** Does `work`, and says how much CPU the contestant has used until it had nothing left to do, in ms. */
  async measured<Result>(
    contestant: Contestant,
    work: () => Promise<Result>,
  ): Promise<{ cpuMs: number; result: Result }> {
    await untilAtRest(contestant.pid);
    const before = await cpuMsOf(contestant.pid);
    if (this.#task.profiles !== undefined) contestant.toggleProfile();
    const result = await work();
    await untilAtRest(contestant.pid);
    const cpuMs = (await cpuMsOf(contestant.pid)) - before;
    if (this.#task.profiles !== undefined) contestant.toggleProfile();
    return { cpuMs, result };
  }

  /** The arguments of Node with which a process can be profiled. */
  #profiling(): string[] {
    const { profiles } = this.#task;
    return profiles === undefined ? [] : [`--import=${PROFILE.href}?${encodeURIComponent(profiles)}`];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#contestants.map((contestant) => contestant[Symbol.asyncDispose]()));
    await this.whatsapp[Symbol.asyncDispose]();
  }
}
