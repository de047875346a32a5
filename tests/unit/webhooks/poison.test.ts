import type { SessionId } from '../../../src/domain/session-id.ts';
import type { Reaction, Received } from '../../harness/test-backend.ts';
import { ANA, BEA, ids, numbered, passTime, startWorld, untilQuiet, type World } from './support.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const isPoison = (it: Received) => String(it.headers['webhook-id']).startsWith('poison');
const isFrom = (sessionId: SessionId) => (it: Received) => it.headers['x-session-id'] === sessionId;

/** The backend refuses what is poison, and accepts everything else. */
function refusePoison(world: World, reaction: Reaction): void {
  world.backend.answerWith((it) => (isPoison(it) ? reaction : 200));
}

/** Lets so much time pass, in which the other session gets a callback every ten seconds if it is busy. */
async function pass(world: World, ms: number, other?: 'busy'): Promise<void> {
  const stepMs = 10 * SECOND_MS;
  for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
    if (other === 'busy') await world.happens(BEA, `b${world.clock.now()}`);
    await untilQuiet(world);
    await world.clock.advance(Math.min(stepMs, ms - passedMs));
  }
  await untilQuiet(world);
}

async function counts(world: World): Promise<{ pending: number; deadLettered: number }> {
  const { pending, deadLettered } = await world.queue.counts(world.clock.now());
  return { pending, deadLettered };
}

describe('the poison of the only session', () => {
  it.each([400, 413])('is given up after a minute when the backend answers %i', async (status) => {
    await using world = await startWorld();
    refusePoison(world, status);
    await world.startNotifier();
    await world.happens(ANA, 'a1', 'poison', 'a3');
    await pass(world, MINUTE_MS - SECOND_MS);
    expect(await counts(world)).toEqual({ pending: 2, deadLettered: 0 });

    await pass(world, MINUTE_MS);
    expect(await counts(world)).toEqual({ pending: 0, deadLettered: 1 });
    expect(ids(world.backend.accepted)).toEqual(['a1', 'a3']);
    expect((await world.logged('dead-lettered')).error).toBe(`the backend refuses it: the backend answered ${status}`);
  });

  it.each([500, 409])('is given up after an hour when the backend answers %i', async (status) => {
    await using world = await startWorld();
    refusePoison(world, status);
    await world.startNotifier();
    await world.happens(ANA, 'poison', 'a2');
    await pass(world, HOUR_MS - SECOND_MS);
    expect(await counts(world)).toEqual({ pending: 2, deadLettered: 0 });

    await pass(world, 2 * MINUTE_MS);
    expect(await counts(world)).toEqual({ pending: 0, deadLettered: 1 });
    expect(ids(world.backend.accepted)).toEqual(['a2']);
  });

  it('is given up earlier with a shorter CALLBACK_POISON_AFTER', async () => {
    await using world = await startWorld();
    refusePoison(world, 500);
    await world.startNotifier({ poisonAfterMs: 5 * SECOND_MS });
    await world.happens(ANA, 'poison', 'a2');
    await passTime(world, () => world.backend.accepted.length === 1, SECOND_MS);
    expect(await counts(world)).toEqual({ pending: 0, deadLettered: 1 });
  });

  it('is given up although another one follows it', async () => {
    await using world = await startWorld();
    refusePoison(world, 413);
    await world.startNotifier();
    await world.happens(ANA, 'poison 1', 'poison 2', 'poison 3', 'a4');
    await passTime(world, () => world.backend.accepted.length === 1, SECOND_MS);
    expect(await counts(world)).toEqual({ pending: 0, deadLettered: 3 });
  });

  it('leaves no gap in the numbers, not even after a restart', async () => {
    await using world = await startWorld();
    refusePoison(world, 422);
    await world.startNotifier();
    await world.happens(ANA, 'a1', 'poison', 'a3');
    await pass(world, 2 * MINUTE_MS);
    await world.restart();
    await world.happens(ANA, 'a4');
    await world.untilAllDelivered();
    expect(numbered(world.backend.accepted)).toEqual(['1 a1', '3 a3', '4 a4']);
    expect([...new Set(numbered(world.backend.received))]).toContain('2 poison');
  });
});

describe('the poison of several sessions at once', () => {
  it.each([
    ['a minute', 413, 2 * MINUTE_MS],
    ['CALLBACK_POISON_AFTER', 500, 12 * MINUTE_MS],
  ])('is given up after %s when the backend answers %i', async (_, status, ms) => {
    await using world = await startWorld();
    refusePoison(world, status);
    await world.startNotifier({ poisonAfterMs: 10 * MINUTE_MS });
    for (const sessionId of [ANA, BEA]) await world.happens(sessionId, `poison ${sessionId}`, `after ${sessionId}`);
    await pass(world, ms);
    expect(await counts(world)).toEqual({ pending: 0, deadLettered: 2 });
    expect(ids(world.backend.accepted).sort()).toEqual([`after ${ANA}`, `after ${BEA}`]);
  });
});

describe('a callback that fails while others are accepted', () => {
  it.each<[string, Reaction]>([
    ['500', 500],
    ['409', 409],
    ['a redirect', 302],
  ])('is given up after a minute, not before, when the answer is %s', async (_, reaction) => {
    await using world = await startWorld();
    refusePoison(world, reaction);
    await world.startNotifier();
    await world.happens(ANA, 'poison', 'a2');
    await pass(world, MINUTE_MS - SECOND_MS, 'busy');
    expect((await counts(world)).deadLettered).toBe(0);
    await pass(world, MINUTE_MS, 'busy');
    expect((await counts(world)).deadLettered).toBe(1);
    expect(ids(world.backend.accepted)).toContain('a2');
    expect((await world.logged('dead-lettered')).error).toMatch(/^only this delivery fails: /);
  });

  it('is given up also when it never gets an answer', async () => {
    await using world = await startWorld();
    refusePoison(world, 'hang');
    await world.startNotifier({ timeoutMs: SECOND_MS });
    await world.happens(ANA, 'poison', 'a2');
    for (const pauseMs of [0, 500, 1_000, 2_500, 5_000, 10_000, 15_000, 30_000]) {
      await hang(world);
      if (pauseMs > 0) await world.clock.untilTimer(pauseMs);
      await world.clock.advance(pauseMs);
    }
    expect((await counts(world)).deadLettered).toBe(0);
    await hang(world);
    await world.logged('dead-lettered');
    await world.untilAllDelivered();
    expect(ids(world.backend.accepted)).toContain('a2');
  });

  /** Another callback is accepted while the poison hangs until its deadline. */
  async function hang(world: World): Promise<void> {
    await world.backend.next(isPoison, { evenRefused: true });
    await world.happens(BEA, `b${world.clock.now()}`);
    await world.backend.next(isFrom(BEA));
    await world.clock.advance(SECOND_MS);
  }

  it.each([401, 404])('stays pending for good when the answer is %i', async (status) => {
    await using world = await startWorld();
    refusePoison(world, status);
    await world.startNotifier();
    await world.happens(ANA, 'poison', 'a2');
    await pass(world, 10 * MINUTE_MS, 'busy');
    world.clock.set(100 * HOUR_MS);
    await pass(world, 70 * MINUTE_MS);
    expect(await counts(world)).toEqual({ pending: 2, deadLettered: 0 });
  });
});

describe('a session whose oldest callback is always answered 404', () => {
  const alarm = 'keeps failing and holds up those behind it';

  it('is counted and logged once after ten minutes, though others are accepted, until it is discarded', async () => {
    await using world = await startWorld();
    refusePoison(world, 404);
    await world.startNotifier();
    await world.happens(ANA, 'poison', 'a2');
    await pass(world, 9 * MINUTE_MS, 'busy');
    expect(world.notifier.blockedSessions).toBe(0);
    await pass(world, 3 * MINUTE_MS, 'busy');
    expect(world.notifier.blockedSessions).toBe(1);
    expect(world.lines.filter(({ msg }) => msg.includes(alarm))).toMatchObject([
      { level: 40, sessionId: ANA, webhookId: 'poison', error: 'the backend answered 404' },
    ]);

    const { id } = (await world.queue.next(ANA))!;
    await world.archive.discard(id);
    await world.untilAllDelivered();
    expect(world.notifier.blockedSessions).toBe(0);
    expect(ids(world.backend.accepted)).toContain('a2');
  });

  it('is not counted any more when there is nothing left to deliver', async () => {
    await using world = await startWorld();
    refusePoison(world, 404);
    await world.startNotifier();
    await world.happens(ANA, 'poison');
    await pass(world, 11 * MINUTE_MS);
    expect(world.notifier.blockedSessions).toBe(1);
    await world.archive.discard((await world.queue.next(ANA))!.id);
    await pass(world, MINUTE_MS);
    expect(world.notifier.blockedSessions).toBe(0);
  });

  it('is not counted while the backend as a whole is down', async () => {
    await using world = await startWorld();
    world.backend.answerWith(404);
    await world.startNotifier();
    await world.happens(ANA, 'a1');
    await world.happens(BEA, 'b1');
    await pass(world, 11 * MINUTE_MS);
    expect([world.notifier.breaker, world.notifier.blockedSessions]).toEqual(['down', 0]);
    expect(world.lines.filter(({ msg }) => msg.includes(alarm))).toEqual([]);
  });
});

describe('an outage', () => {
  it('gives up nothing when the backend cannot be reached, however long', async () => {
    await using world = await startWorld();
    await world.backend.goesDown();
    await world.startNotifier();
    await world.happens(ANA, 'a1');
    await world.happens(BEA, 'b1');
    await pass(world, 5 * MINUTE_MS);
    world.clock.set(100 * HOUR_MS);
    await pass(world, 5 * MINUTE_MS);
    expect(await counts(world)).toEqual({ pending: 2, deadLettered: 0 });

    await world.backend.comesUp();
    world.backend.answerWith(503);
    await pass(world, 5 * MINUTE_MS);
    expect(await counts(world)).toEqual({ pending: 2, deadLettered: 0 });
  });

  it('gives up nothing when it begins between two attempts of a callback that failed alone until then', async () => {
    await using world = await startWorld();
    refusePoison(world, 500);
    await world.startNotifier();
    await world.happens(ANA, 'poison');
    await pass(world, 20 * SECOND_MS, 'busy');
    world.backend.answerWith(500);
    await pass(world, 10 * MINUTE_MS);
    expect(await counts(world)).toEqual({ pending: 1, deadLettered: 0 });
  });

  it.each([
    ['one of ten', 503, 0.1],
    ['half of them', 502, 0.5],
  ])('of a part of the requests (%s, %i) gives up nothing', async (_, status, part) => {
    await using world = await startWorld();
    // The same numbers in each run; attempts fail in an order that differs for each session.
    let seed = 1;
    const chance = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    world.backend.answerWith(() => (chance() < part ? status : 200));
    await world.startNotifier({ retries: 2 });
    const sessions = Array.from({ length: 12 }, (_unused, at) => `session_${at}` as SessionId);
    for (const sessionId of sessions) {
      await world.happens(sessionId, ...Array.from({ length: 10 }, (_unused, at) => `${sessionId} ${at}`));
    }
    await passTime(world, () => world.backend.accepted.length === 120, SECOND_MS);
    await world.untilAllDelivered();
    expect(await counts(world)).toEqual({ pending: 0, deadLettered: 0 });
    for (const sessionId of sessions) expect(world.backend.accepted.filter(isFrom(sessionId))).toHaveLength(10);
  });
});
