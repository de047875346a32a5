import { randomBytes } from 'node:crypto';
import type { Account, Contestant, Offer } from './contestant.ts';
import type { Orchestrator, OrchestratorOptions } from './orchestrator.ts';

/** Starts one of its nodes. */
type StartNode = (options: Pick<OrchestratorOptions, 'settings' | 'backend'>) => Promise<Orchestrator>;

/** A lease that no busy machine outlives. */
const LEASE_S = '15';
/** Its nodes trust each other by it. */
const SECRET = randomBytes(32).toString('hex');

/** Orchestrators that share their sessions, as nodes on one database. New sessions come to each of them in turn. */
export class Cluster implements Contestant {
  readonly nodes: Orchestrator[] = [];
  readonly #start: StartNode;
  readonly #databaseUrl: string;
  #offers = 0;

  private constructor(start: StartNode, databaseUrl: string) {
    this.#start = start;
    this.#databaseUrl = databaseUrl;
  }

  /** Starts `count` nodes on an empty database. */
  static async start(count: number, databaseUrl: string, start: StartNode): Promise<Cluster> {
    const cluster = new Cluster(start, databaseUrl);
    await cluster.grow(count);
    return cluster;
  }

  /** Starts more nodes. */
  async grow(count: number): Promise<void> {
    for (let added = 0; added < count; added += 1) {
      const backend = this.nodes[0]?.backend;
      const settings = {
        ...{ DATABASE_URL: this.#databaseUrl, DATABASE_DURABILITY: 'single' },
        ...{ CLUSTER_NODE_ID: `node-${this.nodes.length + 1}`, CLUSTER_PORT: '0', CLUSTER_SECRET: SECRET },
        CLUSTER_LEASE: LEASE_S,
      };
      this.nodes.push(await this.#start({ settings, ...(backend && { backend }) }));
    }
  }

  get accounts(): readonly Account[] {
    return this.nodes.flatMap(({ accounts }) => accounts);
  }

  get pid(): number {
    return this.#first.pid;
  }

  /** Those of all nodes. */
  get pids(): readonly number[] {
    return this.nodes.map(({ pid }) => pid);
  }

  offer(account: Account): Promise<Offer> {
    const node = this.nodes[(this.#offers += 1) % this.nodes.length] ?? this.#first;
    return node.offer(account);
  }

  toggleProfile(): void {
    for (const node of this.nodes) node.toggleProfile();
  }

  untilArrived(count: number): Promise<void> {
    return this.#first.untilArrived(count);
  }

  arrivals(): Promise<Map<string, number>> {
    return this.#first.arrivals();
  }

  send(account: Account, text: string, count: number): Promise<number[]> {
    return this.#ownerOf(account).send(account, text, count);
  }

  /** The same by another node than that of the session, which forwards each request. */
  sendByAnother(account: Account, text: string, count: number): Promise<number[]> {
    const owner = this.#ownerOf(account);
    const other = this.nodes.find((node) => node !== owner) ?? owner;
    return other.sendAs(owner.sessionOf(account), account, { text, count });
  }

  /** The nodes end with the test bed. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  get #first(): Orchestrator {
    const [first] = this.nodes;
    if (!first) throw new Error('The cluster has no nodes.');
    return first;
  }

  #ownerOf(account: Account): Orchestrator {
    return this.nodes.find(({ accounts }) => accounts.includes(account)) ?? this.#first;
  }
}
