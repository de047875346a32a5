import type { SessionId } from '../../../src/domain/session-id.ts';
import { ClusterNode } from '../../../src/cluster/cluster-node.ts';
import { LocalLease } from '../../../src/cluster/lease.ts';
import { ClusterPlacement } from '../../../src/cluster/placement.ts';
import { silentLogger as log } from '../../../src/kit/logger.ts';
import type { SessionHost } from '../../../src/ports/ownership.ts';
import { ClusterInMemory } from '../../harness/cluster-in-memory.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const LEASE_MS = 5_000;
const BEAT_MS = 1_000;
const DRAIN_MS = 60_000;

const ids = (count: number, kind = 'x') =>
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

  adopt(sessionIds: readonly SessionId[]): Promise<void> {
    if (this.failing > 0) {
      this.failing -= 1;
      return Promise.reject(new Error('The storage is away'));
    }
    for (const id of sessionIds) this.running.add(id);
    this.adopted.push(...sessionIds);
    return Promise.resolve();
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
class Cluster {
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
    const host = new Host();
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

describe('nodes', () => {
  it('share what nobody has', async () => {
    const cluster = await Cluster.of('a', 'b', 'c');
    cluster.database.add(...ids(30));

    await cluster.beats(2);

    expect(cluster.running).toEqual([10, 10, 10]);
  });

  it('take everything when they are alone, and give it away slowly when they are not', async () => {
    const cluster = await Cluster.of('a');
    cluster.database.add(...ids(100));
    await cluster.beats(2);
    expect(cluster.running).toEqual([100]);

    await cluster.start('b');
    await cluster.beats(10);

    const [a = 0, b = 0] = cluster.running;
    expect(a + b).toBe(100);
    expect(b).toBeGreaterThanOrEqual(8);
    expect(b).toBeLessThanOrEqual(11);
    await cluster.beats(100);
    expect(cluster.running).toEqual([60, 40]);
  });

  it('try again to start what they have taken', async () => {
    const cluster = await Cluster.of('a');
    cluster.get('a').host.failing = 2;
    cluster.database.add(...ids(3));

    await cluster.beats(1);
    expect(cluster.running).toEqual([0]);
    await cluster.beats(3);

    expect(cluster.running).toEqual([3]);
  });

  it('hand over what others ask for', async () => {
    const cluster = await Cluster.of('a', 'b');
    const [first] = ids(1);
    cluster.database.add(first!);
    await cluster.beats(1);
    const [owner, asking] = cluster.get('a').host.running.size === 1 ? ['a', 'b'] : ['b', 'a'];
    const { host } = cluster.get(asking);

    const bringing = cluster.placement(asking).bring(first!);
    await cluster.clock.advance(200);
    await bringing;

    expect(host.running).toContain(first);
    expect(cluster.get(owner).host.running.size).toBe(0);
  });

  it('bring back what is on its way to another one only when it has arrived there', async () => {
    const cluster = await Cluster.of('a');
    const [first] = ids(1);
    cluster.database.add(first!);
    await cluster.beats(1);
    await cluster.start('b');
    const [a, b] = [cluster.get('a').host, cluster.get('b').host];
    const leaving = Promise.withResolvers<undefined>();
    a.leaving = leaving.promise;
    const toB = cluster.placement('b').bring(first!);
    await cluster.clock.advance(0);

    const toA = cluster.placement('a').bring(first!);
    await cluster.clock.advance(1_000);
    expect(a.adopted).toEqual([first]);
    leaving.resolve(undefined);
    await cluster.clock.advance(1_000);
    await Promise.all([toA, toB]);

    expect(b.adopted).toContain(first);
    expect(cluster.running).toEqual([1, 0]);
    expect(cluster.database.ownedBy('a')).toEqual([first]);
  });
});

describe('a node that shows itself no more', () => {
  it('stops before others may take over, is buried after the lease, and its sessions go on elsewhere', async () => {
    const cluster = await Cluster.of('a', 'b', 'c');
    cluster.database.add(...ids(30));
    await cluster.beats(2);
    const { host, lease } = cluster.get('c');

    cluster.database.goAway('is silent', 'c');
    await cluster.beats(3);
    expect(host.isPaused).toBe(false);
    await cluster.beats(1);
    expect([host.isPaused, lease.isHeld]).toEqual([true, false]);
    expect(cluster.database.isDead('c')).toBe(false);

    await cluster.beats(3);
    expect(cluster.database.isDead('c')).toBe(true);
    expect(cluster.running.slice(0, 2)).toEqual([15, 15]);

    cluster.database.comeBack();
    await cluster.beats(6);
    expect(cluster.ended).toEqual(['c']);
    expect(host.running.size).toBe(0);
    expect(lease.isHeld).toBe(false);
  });

  it('is taken over at once when it starts anew under its name', async () => {
    const cluster = await Cluster.of('a', 'b');
    cluster.database.add(...ids(20));
    await cluster.beats(2);
    cluster.database.goAway('is silent', 'b');
    await cluster.beats(1);
    cluster.database.comeBack();

    await cluster.start('b');
    await cluster.beats(1);

    expect(cluster.running).toEqual([10, 10]);
  });
});

describe('a database that is away for longer than the lease', () => {
  it.each(['refuses', 'is silent'] as const)('(it %s) pauses all nodes and buries none', async (how) => {
    const cluster = await Cluster.of('a', 'b');
    cluster.database.add(...ids(20));
    await cluster.beats(2);
    const hosts = [...cluster.nodes.values()].map(({ host }) => host);

    cluster.database.goAway(how, 'a', 'b');
    await cluster.beats(10);
    expect(hosts.map(({ isPaused }) => isPaused)).toEqual([true, true]);
    cluster.database.comeBack();
    await cluster.beats(10);

    expect(hosts.map(({ isPaused }) => isPaused)).toEqual([false, false]);
    expect(cluster.running).toEqual([10, 10]);
    expect(cluster.ended).toEqual([]);
  });
});

describe('a node that ends', () => {
  it('gives everything to the others, and takes nothing any more', async () => {
    const cluster = await Cluster.of('a', 'b', 'c');
    cluster.database.add(...ids(60));
    await cluster.beats(2);
    const { node } = cluster.get('a');

    await node.drain();
    cluster.database.add(...ids(10, 'y'));
    await cluster.beats(1);

    expect(cluster.running[0]).toBe(0);
    expect(cluster.running.reduce((sum, count) => sum + count)).toBe(70);
    expect(node.isReady).toBe(false);
    await node[Symbol.asyncDispose]();
    expect(cluster.database.isDead('a')).toBe(true);
  });

  it('gives everything to nodes of the newest version, beyond their share', async () => {
    const cluster = await Cluster.of('a', 'b');
    cluster.database.add(...ids(60));
    await cluster.beats(2);
    await cluster.start('c', '4.2.0');

    await cluster.get('a').node.drain();
    await cluster.clock.advance(0);

    expect(cluster.database.ownedBy('c')).toHaveLength(30);
  });

  it('releases for anybody what nobody is there to take', async () => {
    const cluster = await Cluster.of('a');
    cluster.database.add(...ids(5));
    await cluster.beats(1);

    await cluster.get('a').node.drain();

    expect(cluster.running).toEqual([0]);
    expect(cluster.database.ownedBy('a')).toEqual([]);
  });

  it('does not wait longer than the limits for sessions that do not end', async () => {
    const cluster = await Cluster.of('a', 'b');
    cluster.database.add(...ids(10));
    await cluster.beats(2);
    const { node, host } = cluster.get('a');
    const [stuck] = [...host.running];
    host.stuck.add(stuck!);

    const draining = node.drain();
    await cluster.clock.advance(DRAIN_MS + 5_000);
    await draining;

    expect(cluster.database.ownedBy('a')).toEqual([]);
    expect(cluster.running).toEqual([0, 10]);
  });

  it('tries again to release when the database is away for a moment', async () => {
    const cluster = await Cluster.of('a', 'b');
    cluster.database.add(...ids(10));
    await cluster.beats(2);
    const draining = cluster.get('a').node.drain();
    await Promise.resolve();
    cluster.database.goAway('refuses', 'a');
    await cluster.beats(1);

    cluster.database.comeBack();
    await cluster.beats(6);
    await draining;

    expect(cluster.database.ownedBy('a')).toEqual([]);
    expect(cluster.running).toEqual([0, 10]);
  });
});
