import { Registry } from 'prom-client';
import { ClusterNode } from '../../../src/cluster/cluster-node.ts';
import { CountedForwarder } from '../../../src/cluster/counted-forwarder.ts';
import { LocalLease } from '../../../src/cluster/lease.ts';
import { AppError, type ErrorCode } from '../../../src/domain/errors.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { silentLogger as log } from '../../../src/kit/logger.ts';
import { PrometheusClusterMetrics } from '../../../src/metrics/cluster-metrics.ts';
import { Instruments } from '../../../src/metrics/instruments.ts';
import { FORWARD_OUTCOMES } from '../../../src/ports/metrics.ts';
import type { SessionHost } from '../../../src/ports/ownership.ts';
import { ClusterInMemory } from '../../harness/cluster-in-memory.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const LEASE_MS = 5_000;
const BEAT_MS = 1_000;
const ids = (count: number) => Array.from({ length: count }, (_, at) => `session_${at}_x` as SessionId);

/** Runs sessions, as far as the cluster sees it. */
function hostOf(running: Set<SessionId>): SessionHost {
  return {
    adopt: (given) => {
      for (const id of given) running.add(id);
      return Promise.resolve();
    },
    room: () => Promise.resolve(Infinity),
    handOver: (id) => Promise.resolve(void running.delete(id)),
    lose: (given) => given.forEach((id) => running.delete(id)),
    ...{ pause: () => undefined, resume: () => undefined },
    load: () => ({ owned: running.size, online: running.size }),
    quietest: (limit) => [...running].slice(0, limit),
  };
}

/** Nodes on one database, with their metrics. */
class Cluster {
  readonly clock = new ManualClock();
  readonly database = new ClusterInMemory(this.clock);
  /** What the fences of the nodes call. */
  readonly lost = new Map<string, (sessionIds: readonly SessionId[]) => void>();

  async start(nodeId: string, version = '5.0.0') {
    const { clock, database } = this;
    const run = { nodeId, incarnation: `${nodeId} at ${clock.now()}` };
    const registry = new Registry();
    const metrics = new PrometheusClusterMetrics(new Instruments(registry));
    const lease = new LocalLease(LEASE_MS, clock);
    const ownership = database.ownership(run);
    ownership.onLost = (listener) => void this.lost.set(nodeId, listener);
    const settings = { leaseMs: LEASE_MS, drainMs: 60_000 };
    const deps = { membership: database.membership(run), ownership, lease, settings, clock, log };
    const node = new ClusterNode({ ...deps, onBuried: () => undefined, metrics });
    await node.join({ ...run, url: `http://${nodeId}`, version, capacity: 100 });
    node.run(hostOf(new Set()));
    metrics.watch(node);
    await this.beats(1);
    /** The value of a metric of this node; `undefined` when it has none. */
    const value = async (name: string) => {
      metrics.update();
      const line = (await registry.metrics()).split('\n').find((each) => each.startsWith(`orchestrator_${name} `));
      return line && Number(line.split(' ').at(-1));
    };
    return { node, value };
  }

  beats(count: number): Promise<void> {
    return this.clock.advance(count * BEAT_MS);
  }
}

/** The names of the nodes that `node` knows of, with how they look. */
function seenBy(node: ClusterNode): string[] {
  return node.state.nodes.map(
    ({ nodeId, owned, isDraining, isLost }) =>
      `${nodeId} ${owned}${isDraining ? ' draining' : ''}${isLost ? ' lost' : ''}`,
  );
}

describe('a node', () => {
  it('knows all nodes, what they run, and when they last showed themselves, without asking anybody', async () => {
    const cluster = new Cluster();
    const { node: a } = await cluster.start('a');
    await cluster.start('b', '5.1.0');
    cluster.database.add(...ids(10));
    await cluster.beats(3);

    cluster.database.goAway('refuses', 'a', 'b');
    await cluster.clock.advance(2_500);

    const { nodeId, ageMs, unowned, owned, nodes } = a.state;
    expect({ nodeId, unowned, owned }).toEqual({ nodeId: 'a', unowned: 0, owned: 5 });
    expect(nodes.map(({ version }) => version)).toEqual(['5.0.0', '5.1.0']);
    expect(seenBy(a)).toEqual(['a 5', 'b 5']);
    expect(ageMs).toBeGreaterThanOrEqual(2_500);
    for (const { sinceBeatMs } of nodes) expect(sinceBeatMs).toBeGreaterThanOrEqual(2_500);
  });

  it('shows one that drains, forgets one that has left, and remembers one that was lost until it is back', async () => {
    const cluster = new Cluster();
    const { node: a } = await cluster.start('a');
    const { node: b } = await cluster.start('b');
    await cluster.start('c');
    await b.drain();
    await cluster.beats(1);
    expect(seenBy(a)).toEqual(['a 0', 'b 0 draining', 'c 0']);

    await b[Symbol.asyncDispose]();
    cluster.database.goAway('is silent', 'c');
    await cluster.beats(4);
    expect(seenBy(a)).toEqual(['a 0', 'c 0 lost']);
    expect(cluster.database.isDead('c')).toBe(false);

    await cluster.beats(10);
    expect(cluster.database.isDead('c')).toBe(true);
    expect(seenBy(a)).toEqual(['a 0', 'c 0 lost']);

    cluster.database.comeBack();
    await cluster.start('c');
    expect(seenBy(a)).toEqual(['a 0', 'c 0']);
  });

  it('forgets one that was lost for long', async () => {
    const cluster = new Cluster();
    const { node: a } = await cluster.start('a');
    await cluster.start('b');
    cluster.database.goAway('is silent', 'b');
    await cluster.beats(20);
    expect(seenBy(a)).toEqual(['a 0', 'b 0 lost']);

    await cluster.beats(600);

    expect(seenBy(a)).toEqual(['a 0']);
  });
});

describe('the metrics of a node', () => {
  it('count what it takes, gives and loses', async () => {
    const cluster = new Cluster();
    cluster.database.add(...ids(10));
    const a = await cluster.start('a');
    expect([await a.value('claims_total'), await a.value('sessions_owned')]).toEqual([10, 10]);

    cluster.lost.get('a')?.(ids(2));
    expect(await a.value('fenced_total')).toBe(2);

    const b = await cluster.start('b');
    const draining = a.node.drain();
    await cluster.beats(1);
    await draining;
    expect(await b.value('claims_total')).toBe(10);
    expect(await a.value('handover_seconds_count')).toBe(10);
  });

  it('say how many nodes live and how many sessions nobody owns, and nothing when that is not known', async () => {
    const cluster = new Cluster();
    const a = await cluster.start('a');
    await cluster.start('b');
    await cluster.beats(1);
    expect([await a.value('nodes'), await a.value('sessions_unowned')]).toEqual([2, 0]);

    cluster.database.goAway('is silent', 'b');
    await cluster.beats(4);
    expect(await a.value('nodes')).toBe(1);

    cluster.database.goAway('refuses', 'a', 'b');
    await cluster.beats(6);
    expect([await a.value('nodes'), await a.value('sessions_unowned')]).toEqual([undefined, undefined]);
    cluster.database.comeBack();
    await cluster.beats(2);
    expect(await a.value('sessions_unowned')).toBe(0);
  });

  it('show how near the end of its lease was, for a minute', async () => {
    const cluster = new Cluster();
    const { value } = await cluster.start('a');
    await cluster.beats(3);
    expect([await value('lease_seconds'), await value('lease_margin_seconds')]).toEqual([5, 3]);

    cluster.database.goAway('refuses', 'a');
    await cluster.clock.advance(2_500);
    cluster.database.comeBack();
    await cluster.beats(30);
    expect(await value('lease_margin_seconds')).toBeLessThanOrEqual(1);

    await cluster.beats(60);
    expect(await value('lease_margin_seconds')).toBe(3);
    cluster.database.goAway('refuses', 'a');
    await cluster.beats(5);
    expect(await value('lease_margin_seconds')).toBe(0);
  });

  it.each<[string, Promise<'answered' | 'this-node'> | ErrorCode | Error]>([
    ['answered', Promise.resolve('answered')],
    ['here', Promise.resolve('this-node')],
    ['moving', 'session_moving'],
    ['unreachable', 'owner_unreachable'],
    ['failed', new Error('The database is away')],
  ])('count a forwarded request as %s', async (outcome, end) => {
    const counted: string[] = [];
    const forward = () => {
      if (end instanceof Promise) return end;
      return Promise.reject(end instanceof Error ? end : new AppError(end));
    };
    const forwarder = new CountedForwarder({ forward }, { forwarded: (which) => counted.push(which) });

    await forwarder.forward({} as never, {} as never, {} as never).catch(() => undefined);

    expect(counted).toEqual([outcome]);
    expect(FORWARD_OUTCOMES).toContain(outcome);
  });
});
