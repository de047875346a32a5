import type { SessionId } from '../../../src/domain/session-id.ts';
import { ANA, BEA, ids, passTime, startWorld } from './support.ts';

const YEAR_MS = 365 * 24 * 3600_000;

describe.each([
  ['back', -YEAR_MS],
  ['forward', YEAR_MS],
])('a clock that somebody sets %s', (_, byMs) => {
  it('does not lengthen or shorten the time that a backend has asked for', async () => {
    await using world = await startWorld();
    world.backend.answerWith({ status: 429, headers: { 'retry-after': '600' } });
    await world.startNotifier();
    await world.happens(ANA, 'a1');
    await world.happens(BEA, 'b1');
    await passTime(world, () => world.notifier.breaker === 'down');
    const before = world.backend.received.length;
    world.clock.set(byMs);
    world.backend.recovers();

    await world.clock.advance(598_000);
    expect(world.backend.received).toHaveLength(before);
    await world.clock.advance(3_000);
    await world.untilAllDelivered();
    expect(ids(world.backend.accepted).sort()).toEqual(['a1', 'b1']);
  });

  it('does not keep a session from its turn', async () => {
    await using world = await startWorld();
    world.backend.answerWith(500);
    await world.startNotifier({ retries: 100 });
    const sessions = [1, 2, 3].map((at) => `session_${at}` as SessionId);
    for (const sessionId of sessions) await world.happens(sessionId, `${sessionId} 1`);
    await world.clock.untilTimer(500);
    world.clock.set(byMs);
    world.backend.recovers();

    await world.clock.advance(1_500);
    await world.untilAllDelivered();
    expect(world.backend.accepted).toHaveLength(3);
  });
});
