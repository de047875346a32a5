import { LivingPeers } from '../../../src/cluster/living-peers.ts';

/** A cluster as a node knows it, and its database, whose answers the test gives. */
function start(known: string[]) {
  const looks: PromiseWithResolvers<{ nodeId: string }[]>[] = [];
  const nodes = (names: readonly string[]) => names.map((nodeId) => ({ nodeId }));
  const look = () => {
    const asked = Promise.withResolvers<{ nodeId: string }[]>();
    looks.push(asked);
    return asked.promise;
  };
  const peers = new LivingPeers({ known: () => nodes(known), look });
  return { peers, looks, answer: (at: number, names: string[]) => looks[at]!.resolve(nodes(names)) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a node', () => {
  it('that is known to live is not looked for', async () => {
    const { peers, looks } = start(['a']);
    expect([await peers.has('a'), looks.length]).toEqual([true, 0]);
  });

  it('that has joined while somebody looked is looked for once more, however many ask', async () => {
    const { peers, looks, answer } = start([]);
    const stranger = peers.has('stranger');
    const joined = [peers.has('a'), peers.has('a')];
    answer(0, []);
    await settle();
    answer(1, ['a']);
    expect([await stranger, ...(await Promise.all(joined)), looks.length]).toEqual([false, true, true, 2]);
  });

  it('that is known counts while the database is away, and nobody else', async () => {
    const { peers, looks } = start(['a']);
    const stranger = peers.has('b');
    looks[0]!.reject(new Error('The database is away'));
    expect([await peers.has('a'), await stranger]).toEqual([true, false]);
  });
});
