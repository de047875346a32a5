import { HandOvers } from '../../../src/cluster/hand-overs.ts';
import { Sharing } from '../../../src/cluster/sharing.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { silentLogger as log } from '../../../src/kit/logger.ts';
import type { LivingNode } from '../../../src/ports/ownership.ts';
import { ClusterInMemory } from '../../harness/cluster-in-memory.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const RELEASED = 'session_1_x' as SessionId;

const node = (nodeId: string): LivingNode => ({
  ...{ nodeId, incarnation: nodeId, url: '', version: '4.1.0', capacity: 100, beat: 1 },
  ...{ load: { owned: 0, online: 0 }, isDraining: false },
});

it('takes what was released for this node before it asks anything else of the database', async () => {
  const clock = new ManualClock();
  const database = new ClusterInMemory(clock);
  const [a, b] = [node('a'), node('b')];
  for (const each of [a, b]) await database.membership(each).join(each);
  database.add(RELEASED);
  const giving = database.ownership(a);
  await giving.take(RELEASED);
  await giving.release([RELEASED], 'b');
  const adopted: SessionId[] = [];
  const host = {
    adopt: (ids: readonly SessionId[]) => Promise.resolve(void adopted.push(...ids)),
    ...{
      handOver: () => Promise.resolve(),
      lose: () => undefined,
      quietest: () => [],
      room: () => Promise.resolve(Infinity),
    },
  };
  const unanswered = () => new Promise<never>(() => undefined);
  const ownership = { ...database.ownership(b), asked: unanswered, counts: unanswered };
  const handOvers = new HandOvers({ ownership, host, clock, log });
  const sharing = new Sharing({ ownership, host, handOvers, leaseMs: 5_000, clock, log });

  void sharing.run(b, [a, b]);
  await clock.advance(0);

  expect(adopted).toEqual([RELEASED]);
});
