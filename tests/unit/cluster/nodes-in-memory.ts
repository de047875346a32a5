import type { SessionId } from '../../../src/domain/session-id.ts';
import { ClusterNode } from '../../../src/cluster/cluster-node.ts';
import { LocalLease } from '../../../src/cluster/lease.ts';
import { ClusterPlacement } from '../../../src/cluster/placement.ts';
import { type Clock, wait } from '../../../src/kit/clock.ts';
import { silentLogger as log } from '../../../src/kit/logger.ts';
import type { SessionHost } from '../../../src/ports/ownership.ts';
import { ClusterInMemory } from '../../harness/cluster-in-memory.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const LEASE_MS = 5_000;
/** How often a node shows itself. */
const BEAT_MS = 1_000;
/** `CLUSTER_DRAIN`. */
export const DRAIN_MS = 60_000;

/** Ids of sessions. */
export const ids = (count: number, kind = 'x') =>
  Array.from({ length: count }, (_, at) => `session_${at}_${kind}` as SessionId);

/** Runs sessions, as far as the cluster sees it. */
class Host implements SessionHost {
  readonly running = new Set<SessionId>();
  isPaused = false;
  /** The sessions that were started, in order. */
  readonly adopted: SessionId[] = [];
  /** What the end of a session waits for. */
  leaving: Promise<unknown> = Promise.resolve();
  /** Sessions whose end takes for ever. */
  readonly stuck = new Set<SessionId>();
  /** How many starts fail from now on. */
  failing = 0;
  /** Whether sessions that come can log in soon. */
  hasRoom = true;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  adopt(sessionIds: readonly SessionId[]): Promise<void> {
    if (this.failing > 0) {
      this.failing -= 1;
      return Promise.reject(new Error('The storage is away'));
    }
    for (const id of sessionIds) this.running.add(id);
    this.adopted.push(...sessionIds);
    return Promise.resolve();
  }

  async room(limitMs: number): Promise<number> {
    if (!this.hasRoom) await wait(this.#clock, limitMs);
    return this.hasRoom ? Infinity : 0;
  }

  async handOver(sessionId: SessionId): Promise<void> {
    if (this.stuck.has(sessionId)) await new Promise(() => undefined);
    await this.leaving;
    this.running.delete(sessionId);
  }

  lose(sessionIds: readonly SessionId[]): void {
    for (const id of sessionIds) this.running.delete(id);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  load() {
    return { owned: this.running.size, online: this.running.size };
  }

  quietest(limit: number): SessionId[] {
    return [...this.running].slice(0, limit);
  }
}

/** Nodes on one database, and the time that they share. */
export class Cluster {
  readonly clock = new ManualClock();
  readonly database = new ClusterInMemory(this.clock);
  readonly nodes = new Map<string, { node: ClusterNode; host: Host; lease: LocalLease }>();
  readonly ended: string[] = [];

  static async of(...names: string[]): Promise<Cluster> {
    const cluster = new Cluster();
    for (const name of names) await cluster.start(name);
    await cluster.clock.advance(0);
    return cluster;
  }

  async start(nodeId: string, version = '4.1.0'): Promise<void> {
    const run = { nodeId, incarnation: `${nodeId} at ${this.clock.now()}` };
    const { clock, database } = this;
    const lease = new LocalLease(LEASE_MS, clock);
    const node = new ClusterNode({
      ...{ membership: database.membership(run), ownership: database.ownership(run), lease, clock, log },
      settings: { leaseMs: LEASE_MS, drainMs: DRAIN_MS },
      onBuried: () => this.ended.push(nodeId),
    });
    const host = new Host(clock);
    await node.join({ ...run, url: `http://${nodeId}`, version, capacity: 100 });
    node.run(host);
    this.nodes.set(nodeId, { node, host, lease });
  }

  get(nodeId: string) {
    return this.nodes.get(nodeId)!;
  }

  /** How a node that is linking a number brings its sessions together. */
  placement(nodeId: string): ClusterPlacement {
    const { clock, database } = this;
    const { host, node } = this.get(nodeId);
    const { incarnation } = database.nodes.find((each) => each.nodeId === nodeId)!;
    return new ClusterPlacement({
      ...{ ownership: database.ownership({ nodeId, incarnation }), host: () => host, clock },
      lock: { holding: (_, work) => work() },
      isMoving: (id) => node.isMoving(id),
      aliasOf: () => Promise.resolve(undefined),
    });
  }

  /** How many sessions run on each node. */
  get running(): number[] {
    return [...this.nodes.values()].map(({ host }) => host.running.size);
  }

  beats(count: number): Promise<void> {
    return this.clock.advance(count * BEAT_MS);
  }
}
