import type { SessionId } from '../../../src/domain/session-id.ts';
import { Balance, howManyToGive, withRoom } from '../../../src/cluster/balance.ts';
import { howManyToClaim } from '../../../src/cluster/claims.ts';
import { successors } from '../../../src/cluster/drain.ts';
import { fairShare, newest, spread } from '../../../src/cluster/shares.ts';
import { type Observations, observe } from '../../../src/cluster/silent-nodes.ts';
import type { LivingNode } from '../../../src/ports/ownership.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const LEASE_MS = 15_000;
const BEAT_MS = LEASE_MS / 5;

function living(nodeId: string, node: Partial<LivingNode> & { owned?: number } = {}): LivingNode {
  const { owned = 0, ...others } = node;
  const base = { nodeId, incarnation: `run of ${nodeId}`, url: `http://${nodeId}`, version: '4.1.0', capacity: 100 };
  return { ...base, beat: 1, load: { owned, online: owned }, isDraining: false, ...others };
}

const ids = (count: number) => Array.from({ length: count }, (_, at) => `session_${at}_x` as SessionId);

describe('who is silent', () => {
  /** Looks at one node at these times, each with the beat that it shows then. */
  function look(...looks: [atMs: number, beat: number, tookMs?: number][]): string[][] {
    let observations: Observations | undefined;
    return looks.map(([sentAtMs, beat, tookMs = 0]) => {
      const nodes = [living('b', { beat })];
      const judgement = observe(observations, { sentAtMs, answeredAtMs: sentAtMs + tookMs, nodes }, LEASE_MS);
      observations = judgement.observations;
      return judgement.silent.map(({ nodeId }) => nodeId);
    });
  }

  const everyBeat = (count: number, from = 0) =>
    Array.from({ length: count }, (_, at): [number, number] => [from + at * BEAT_MS, 7]);

  it('is a node whose beat stays the same for a whole lease', () => {
    expect(look(...everyBeat(6))).toEqual([[], [], [], [], [], ['b']]);
  });

  it('is nobody whose beat changes once within it', () => {
    expect(look(...everyBeat(5), [5 * BEAT_MS, 8], [6 * BEAT_MS, 8]).flat()).toEqual([]);
  });

  it('is nobody before the lease is over, not even by a little', () => {
    expect(look(...everyBeat(5), [LEASE_MS - 0.1, 7]).flat()).toEqual([]);
  });

  it('is nobody after a gap in the looks: the others could not beat either', () => {
    const afterGap = 5 * BEAT_MS + 3 * BEAT_MS;

    expect(look(...everyBeat(5), [afterGap, 7], ...everyBeat(4, afterGap + BEAT_MS)).flat()).toEqual([]);
    expect(look(...everyBeat(5), ...everyBeat(6, afterGap)).at(-1)).toEqual(['b']);
  });

  it('is nobody after a look that was answered late', () => {
    expect(look(...everyBeat(5), [5 * BEAT_MS, 7, 3 * BEAT_MS], [8 * BEAT_MS, 7]).flat()).toEqual([]);
  });

  it('counts from the answer that first showed the beat to the question that last did', () => {
    expect(look([0, 7, 100], [BEAT_MS, 7], [2 * BEAT_MS, 7], [4 * BEAT_MS, 7], [LEASE_MS, 7]).flat()).toEqual([]);
  });

  it('is not a new run of the same node', () => {
    const first = observe(undefined, { sentAtMs: 0, answeredAtMs: 0, nodes: [living('b')] }, LEASE_MS);
    const again = { sentAtMs: BEAT_MS, answeredAtMs: BEAT_MS, nodes: [living('b', { incarnation: 'new' })] };

    expect(observe(first.observations, again, LEASE_MS).observations.seen.get('b new')?.sinceMs).toBe(BEAT_MS);
  });
});

describe('the fair share', () => {
  it('is in proportion to the capacity of the nodes that take sessions', () => {
    const nodes = [living('a'), living('b', { capacity: 300 }), living('c', { isDraining: true })];

    expect(nodes.map((node) => fairShare(100, node, nodes))).toEqual([25, 75, 0]);
  });

  it('is rounded up, so that all sessions have a place', () => {
    const nodes = [living('a'), living('b'), living('c')];

    expect(fairShare(10, nodes[0]!, nodes)).toBe(4);
  });
});

describe('how many to claim', () => {
  it.each([
    ['nothing when all are owned', { share: 50, owned: 10, unowned: 0, looks: 0 }, 0],
    ['up to the share', { share: 20, owned: 10, unowned: 60, looks: 1 }, 10],
    ['at most what is there', { share: 20, owned: 0, unowned: 3, looks: 1 }, 3],
    ['nothing beyond the share', { share: 20, owned: 20, unowned: 60, looks: 2 }, 0],
    ['nothing when it has more than its share', { share: 20, owned: 30, unowned: 60, looks: 2 }, 0],
    ['beyond the share when nobody takes it', { share: 20, owned: 20, unowned: 10, looks: 3 }, 10],
    ['a quarter of many', { share: 1_000, owned: 0, unowned: 1_000, looks: 1 }, 250],
    ['at least 25', { share: 60, owned: 0, unowned: 60, looks: 1 }, 25],
    ['at most 500', { share: 9_000, owned: 0, unowned: 9_000, looks: 1 }, 500],
  ])('is %s', (_, situation, count) => {
    expect(howManyToClaim(situation)).toBe(count);
  });
});

describe('how many to give away', () => {
  it.each([
    [115, 100, 0],
    [116, 100, 1],
    [300, 100, 3],
    [2_000, 1_000, 20],
    [6, 0, 1],
    [5, 0, 0],
  ])('with %d of a share of %d: %d', (owned, share, count) => {
    expect(howManyToGive(owned, share)).toBe(count);
  });
});

describe('who takes them', () => {
  it('are nodes with less than their share, which do not end', () => {
    const nodes = [
      living('a', { owned: 90 }),
      living('b', { owned: 29 }),
      living('c', { owned: 30 }),
      living('d', { isDraining: true }),
    ];

    expect(withRoom(90, nodes[0]!, nodes).map(({ nodeId }) => nodeId)).toEqual(['b']);
  });

  it('are those of the newest version when a node ends, by number and not by letter', () => {
    const nodes = [
      living('a', { version: '4.10.0' }),
      living('b', { version: '4.9.0' }),
      living('c', { version: '4.10.0' }),
      living('d', { version: '5.0.0', isDraining: true }),
    ];

    expect(newest(nodes.slice(0, 3)).map(({ nodeId }) => nodeId)).toEqual(['a', 'c']);
    expect(successors(nodes, 'a').map(({ nodeId }) => nodeId)).toEqual(['c']);
    expect(successors([living('a')], 'a')).toEqual([]);
  });

  it('are those of a release rather than of the versions that led to it', () => {
    const nodes = ['4.10.0-rc.10', '4.10.0', '4.10.0-rc.9', '4.9.9'].map((version) => living(version, { version }));

    expect(newest(nodes).map(({ version }) => version)).toEqual(['4.10.0']);
    const candidates = nodes.filter(({ version }) => version !== '4.10.0');
    expect(newest(candidates).map(({ version }) => version)).toEqual(['4.10.0-rc.10']);
  });

  it('get so many each that all are equally full', () => {
    const nodes = [living('a', { owned: 4 }), living('b'), living('c', { capacity: 200 })];

    const counts = Map.groupBy(spread(ids(12), nodes).values(), (nodeId) => nodeId);

    expect([...counts].map(([nodeId, all]) => [nodeId, all.length]).sort()).toEqual([
      ['b', 4],
      ['c', 8],
    ]);
    expect(spread(ids(3), []).size).toBe(0);
  });
});

describe('the balance', () => {
  const full = living('a', { owned: 100 });
  const empty = living('b');
  const nodes = [full, empty];
  const quietest = (limit: number) => ids(100).slice(0, limit);
  const situation = { all: 100, me: full, nodes, owned: 100, quietest };

  function balance(): { balance: Balance; clock: ManualClock } {
    const clock = new ManualClock();
    const started = new Balance(LEASE_MS, clock);
    started.saw(nodes);
    return { balance: started, clock };
  }

  it('gives the quietest sessions to the emptiest node', () => {
    expect([...balance().balance.plan(situation)]).toEqual([[ids(1)[0], 'b']]);
  });

  it('gives nothing when there is nobody with room', () => {
    expect(balance().balance.plan({ ...situation, nodes: [full] }).size).toBe(0);
  });

  it('leaves sessions alone that came within the last ten minutes', async () => {
    const { balance: started, clock } = balance();
    started.came(ids(99));
    expect([...started.plan(situation).keys()]).toEqual([ids(100)[99]]);
    started.came(ids(100).slice(99));
    expect(started.plan(situation).size).toBe(0);

    await clock.advance(600_000);

    expect(started.plan(situation).size).toBe(1);
  });

  it('waits for two leases after a node has gone', async () => {
    const { balance: started, clock } = balance();
    started.saw([...nodes, living('c')]);
    started.saw(nodes);
    expect(started.plan(situation).size).toBe(0);

    await clock.advance(2 * LEASE_MS);

    expect(started.plan(situation).size).toBe(1);
  });
});
