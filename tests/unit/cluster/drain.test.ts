import { Cluster, DRAIN_MS, ids } from './nodes-in-memory.ts';

describe('a node that ends', () => {
  it('gives everything to the others, and takes nothing any more', async () => {
    const cluster = await Cluster.of('a', 'b', 'c');
    cluster.database.add(...ids(60));
    await cluster.beats(2);
    const { node } = cluster.get('a');

    const draining = node.drain();
    await cluster.beats(1);
    await draining;
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

    const draining = cluster.get('a').node.drain();
    await cluster.beats(1);
    await draining;

    expect(cluster.database.ownedBy('c')).toHaveLength(30);
  });

  it('keeps sessions until others can take them', async () => {
    const cluster = await Cluster.of('a');
    cluster.database.add(...ids(30));
    await cluster.beats(1);
    await cluster.start('b');
    const { host } = cluster.get('b');
    host.hasRoom = false;

    const draining = cluster.get('a').node.drain();
    await cluster.clock.advance(1_500);
    expect(cluster.running).toEqual([20, 0]);
    await cluster.clock.advance(2_000);
    expect(cluster.running).toEqual([10, 10]);
    host.hasRoom = true;
    await cluster.clock.advance(2_500);
    await draining;

    expect(cluster.running).toEqual([0, 30]);
  });

  it('takes nothing more that another one releases for it', async () => {
    const cluster = await Cluster.of('a');
    cluster.database.add(...ids(20));
    await cluster.beats(1);
    await cluster.start('b');
    const [a, b] = [cluster.get('a'), cluster.get('b')];
    b.host.hasRoom = false;

    const ends = [a.node.drain()];
    await cluster.clock.advance(500);
    ends.push(b.node.drain());
    await cluster.beats(6);
    await Promise.all(ends);

    expect(b.host.adopted).toEqual([]);
    expect(cluster.database.ownedBy('a')).toEqual([]);
  });

  it('leaves to any node what another one does not take', async () => {
    const cluster = await Cluster.of('a', 'b', 'c');
    cluster.database.add(...ids(60));
    await cluster.beats(2);

    cluster.database.goAway('is silent', 'b');
    const draining = cluster.get('a').node.drain();
    await cluster.beats(8);
    await draining;

    expect(cluster.running).toEqual([0, 20, 60]);
    expect(cluster.database.ownedBy('a')).toEqual([]);
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
