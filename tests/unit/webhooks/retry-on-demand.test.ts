import type { SessionId } from '../../../src/domain/session-id.ts';
import { ANA, BEA, ids, startWorld, type World } from './support.ts';

async function idOf(world: World, webhookId: string): Promise<number> {
  const all = await world.archive.list({}, { after: 0, limit: 500 });
  return all.find((it) => it.webhookId === webhookId)!.id;
}

/** Everything of the session that was stored until now. */
function spanOf(world: World, sessionId: SessionId) {
  return { sessionId, sinceMs: 0, untilMs: world.clock.now() };
}

describe('a retry on demand', () => {
  it('makes an attempt at once, though the session is in a pause', async () => {
    await using world = await startWorld();
    world.backend.answerWith(500);
    await world.startNotifier({ retries: 10 });
    await world.happens(ANA, 'a1');
    await world.clock.untilTimer(500);
    world.backend.recovers();

    await world.archive.retry(await idOf(world, 'a1'));

    await world.untilAllDelivered();
    expect(ids(world.backend.received)).toEqual(['a1', 'a1', 'a1']);
    expect(world.clock.timers).toEqual([]);
  });

  it('is followed by the usual pause when it fails', async () => {
    await using world = await startWorld();
    world.backend.answerWith(500);
    await world.startNotifier({ retries: 10 });
    await world.happens(ANA, 'a1');
    await world.clock.untilTimer(500);

    await world.archive.retry(await idOf(world, 'a1'));

    await world.clock.untilTimer(1_000);
    expect(ids(world.backend.received)).toEqual(['a1', 'a1', 'a1']);
  });

  it('makes another attempt at once when the one in flight fails', async () => {
    await using world = await startWorld();
    const answers: ((status: number) => void)[] = [];
    world.backend.answerWith(() => new Promise<number>((resolve) => answers.push(resolve)));
    await world.startNotifier({ retries: 10 });
    await world.happens(ANA, 'a1');
    // There is no pause after the first attempt, and one after the second.
    await world.backend.next('', { evenRefused: true });
    answers[0]!(500);
    await world.backend.next('', { evenRefused: true });
    await world.archive.retry(await idOf(world, 'a1'));
    world.backend.recovers();
    answers[1]!(500);

    await world.untilAllDelivered();
    expect(ids(world.backend.received)).toEqual(['a1', 'a1', 'a1']);
    expect(world.clock.timers).toEqual([]);
  });

  it('wakes a session that had nothing more to deliver', async () => {
    await using world = await startWorld();
    await world.happens(ANA, 'a1', 'a2');
    await world.queue.dead((await world.queue.next(ANA))!, 'only this delivery fails', world.clock.now());
    await world.startNotifier();
    await world.untilAllDelivered();

    await world.archive.retry(await idOf(world, 'a1'));

    await world.untilAllDelivered();
    expect(ids(world.backend.accepted)).toEqual(['a2', 'a1']);
  });
});

describe('a discarded callback', () => {
  it('lets its session go on at once, though the session is in a pause', async () => {
    await using world = await startWorld();
    world.backend.answerWith(({ headers }) => (headers['webhook-id'] === 'a1' ? 404 : 200));
    await world.startNotifier();
    await world.happens(ANA, 'a1', 'a2');
    await world.clock.untilTimer(500);

    await world.archive.discard(await idOf(world, 'a1'));

    await world.untilAllDelivered();
    expect(ids(world.backend.accepted)).toEqual(['a2']);
    expect(await world.queue.counts(0)).toMatchObject({ pending: 0, deadLettered: 0 });
  });

  it('lets its session go on when the attempt in flight fails', async () => {
    await using world = await startWorld();
    const { promise: answered, resolve: answer } = Promise.withResolvers<number>();
    world.backend.answerWith(({ headers }) => (headers['webhook-id'] === 'a1' ? answered : 200));
    await world.startNotifier();
    await world.happens(ANA, 'a1', 'a2');
    await world.backend.next('', { evenRefused: true });

    await world.archive.discard(await idOf(world, 'a1'));
    answer(500);

    await world.untilAllDelivered();
    expect(ids(world.backend.accepted)).toEqual(['a2']);
  });
});

describe('a replay', () => {
  it('delivers with the same keys, numbers and bodies, in order, and for its session only', async () => {
    await using world = await startWorld();
    await world.startNotifier();
    await world.happens(ANA, 'a1', 'a2');
    await world.happens(BEA, 'b1');
    await world.untilAllDelivered();
    const delivered = () => world.backend.accepted.filter(({ body }) => body.session_id === ANA);
    const first = delivered();

    expect(await world.archive.replay(spanOf(world, ANA))).toBe(2);

    await world.untilAllDelivered();
    const all = delivered();
    expect(ids(all)).toEqual(['a1', 'a2', 'a1', 'a2']);
    for (const [at, { text, headers }] of all.slice(2).entries()) {
      expect(text).toBe(first[at]!.text);
      expect(headers['x-session-seq']).toBe(first[at]!.headers['x-session-seq']);
    }
    expect(ids(world.backend.received).filter((it) => it === 'b1')).toEqual(['b1']);
  });
});
