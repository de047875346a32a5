import type { SessionId } from '../../../src/domain/session-id.ts';
import type { Received } from '../../harness/test-backend.ts';
import { ANA, BEA, ids, passTime, startWorld, untilQuiet, type World } from './support.ts';

const SESSIONS = Array.from({ length: 10 }, (_, at) => `session_${at}` as SessionId);

/** Stores two events in each of ten sessions. */
async function storeMany(world: World): Promise<void> {
  for (const sessionId of SESSIONS) await world.happens(sessionId, `${sessionId} 1`, `${sessionId} 2`);
}

function inOrder(received: readonly Received[]): boolean {
  return SESSIONS.every((sessionId) => {
    const own = ids(received).filter((id) => id.startsWith(`${sessionId} `));
    return own.join() === `${sessionId} 1,${sessionId} 2`;
  });
}

describe('a backend that is down', () => {
  it.each([
    ['answers 500', 500],
    ['answers 401', 401],
  ])('and %s gets one delivery at a time, and then all callbacks in order', async (_, status) => {
    await using world = await startWorld();
    let atOnce = 0;
    const most: number[] = [];
    world.backend.answerWith(async () => {
      most.push(++atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      return status;
    });
    await storeMany(world);
    await world.startNotifier();
    await passTime(world, () => world.backend.received.length >= 60);
    // The first ones were in flight before anything was known.
    expect(Math.max(...most.slice(10))).toBe(1);
    expect(world.notifier.breaker).toBe('down');

    world.backend.recovers();
    const begun = world.clock.now();
    await passTime(world, () => world.backend.accepted.length > 0);
    expect(world.clock.now() - begun).toBeLessThanOrEqual(1_500);
    // The others go on at once, though some of them were in a pause of half a minute.
    await world.untilAllDelivered();
    expect(inOrder(world.backend.accepted)).toBe(true);
    expect(await world.queue.counts(world.clock.now())).toMatchObject({ pending: 0, deadLettered: 0 });
  });

  it('and asks for time gets it from every session, and a delivery right after it', async () => {
    await using world = await startWorld();
    world.backend.answerWith({ status: 429, headers: { 'retry-after': '600' } });
    await storeMany(world);
    await world.startNotifier();
    const begun = world.clock.now();
    await untilQuiet(world);
    const batch = world.backend.received.length;
    world.backend.recovers();

    await world.clock.advance(599_000);
    expect(world.backend.received).toHaveLength(batch);
    await passTime(world, () => world.backend.accepted.length > 0);
    expect(world.clock.now() - begun).toBeLessThanOrEqual(602_000);
    await world.untilAllDelivered();
    expect(inOrder(world.backend.accepted)).toBe(true);
  });

  it('and asks one session alone for time gets it from that one; the others go on', async () => {
    await using world = await startWorld();
    const isDelayed = (it: Received) => it.headers['webhook-id'] === 'a1';
    world.backend.answerWith((it) => (isDelayed(it) ? { status: 503, headers: { 'retry-after': '600' } } : 200));
    await world.startNotifier({ retries: 1000 });
    await world.happens(ANA, 'a1');
    await world.clock.untilTimer(600_000);
    const begun = world.clock.now();

    await world.happens(BEA, 'b1');
    await world.logged(`[${BEA}] [CALLBACK] delivered`);
    expect(world.clock.now()).toBe(begun);
    await world.clock.advance(599_999);
    expect(world.backend.received.filter(isDelayed)).toHaveLength(1);
  });

  it('and asks for a second gets no more than that from sessions in a longer pause', async () => {
    await using world = await startWorld();
    world.backend.answerWith({ status: 429, headers: { 'retry-after': '1' } });
    await storeMany(world);
    await world.startNotifier();
    await passTime(world, () => world.backend.received.length >= 80);

    world.backend.recovers();
    const begun = world.clock.now();
    await passTime(world, () => world.backend.accepted.length === 20);
    expect(world.clock.now() - begun).toBeLessThanOrEqual(3_600);
    expect(inOrder(world.backend.accepted)).toBe(true);
  });

  it('makes no dead letters of callbacks that are older than their retention', async () => {
    await using world = await startWorld();
    world.backend.answerWith(500);
    await storeMany(world);
    await world.clock.advance(100 * 3600_000);
    await world.startNotifier({ retries: 2 });
    await passTime(world, () => world.backend.received.length >= 80);

    world.backend.recovers();
    await passTime(world, () => world.backend.accepted.length > 0);
    await world.untilAllDelivered();
    expect(await world.queue.counts(world.clock.now())).toMatchObject({ pending: 0, deadLettered: 0 });
  });
});
