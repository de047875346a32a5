import { Cluster, ids } from './nodes-in-memory.ts';

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
