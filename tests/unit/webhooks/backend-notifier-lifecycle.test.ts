import type { SessionId } from '../../../src/domain/session-id.ts';
import type { Received } from '../../harness/test-backend.ts';
import { ANA, BEA, ids, type LogLine, passTime, startWorld } from './support.ts';

const isFrom = (sessionId: SessionId) => (it: Received) => it.headers['x-session-id'] === sessionId;
const evenRefused = { evenRefused: true };

describe('the health of the backend', () => {
  it('is unknown, then well, then down, then well again', async () => {
    await using world = await startWorld();
    const notifier = await world.startNotifier();
    const well = { reachable: true, misconfigured: false, lastError: null, lastErrorSinceMs: null };
    expect(notifier.health()).toEqual({ ...well, reachable: null });

    await world.happens(ANA, 'a1');
    await world.untilAllDelivered();
    expect(notifier.health()).toEqual(well);

    await world.backend.goesDown();
    const sinceMs = world.clock.now();
    await world.happens(ANA, 'a2');
    await world.clock.untilTimer(500);
    await world.clock.advance(500);
    await world.clock.untilTimer(1000);
    expect(notifier.health()).toMatchObject({ reachable: false, misconfigured: false, lastErrorSinceMs: sinceMs });
    expect(notifier.health().lastError).toMatch(/^the backend is not reachable \(\w+\)$/);

    await world.backend.comesUp();
    await world.clock.advance(1000);
    await world.untilAllDelivered();
    expect(notifier.health()).toEqual(well);
  });

  it.each([401, 403, 404])('is misconfigured at %i, with one warning for all attempts', async (status) => {
    await using world = await startWorld();
    world.backend.answerWith(status);
    const notifier = await world.startNotifier();
    await world.happens(ANA, 'a1');
    await world.clock.untilTimer(500);
    await world.clock.advance(500);
    await world.clock.untilTimer(1000);
    expect(notifier.health()).toMatchObject({
      reachable: true,
      misconfigured: true,
      lastError: `the backend answered ${status}`,
    });
    const warnings = world.lines.filter(({ level }) => level === 40);
    expect(warnings.map(({ msg }) => msg)).toEqual([
      `[${ANA}] [CALLBACK] refused: check BACKEND_BASE_URL and PRODUCTION_API_KEY`,
    ]);
  });
});

describe('a queue that fails', () => {
  const isQueueFailure = ({ msg }: LogLine) => msg.includes('the queue failed');

  it.each(['next', 'delivered', 'failed', 'dead'] as const)('at %s is logged and retried', async (method) => {
    await using world = await startWorld();
    const { queue } = world;
    let isBroken = true;
    const broken = new Proxy(queue, {
      get: (_, name) => {
        if (name === method && isBroken) return () => Promise.reject(new Error('the disk is full'));
        return (Reflect.get(queue, name) as (...args: unknown[]) => unknown).bind(queue);
      },
    });
    if (method === 'failed' || method === 'dead') world.backend.answerWith((it) => (isFrom(ANA)(it) ? 422 : 200));
    await world.happens(ANA, 'a1');
    await world.startNotifier({ queue: broken, retries: 1 });
    if (method === 'dead') await passTime(world, () => world.lines.some(isQueueFailure), 1_000);
    expect(await world.logged('the queue failed')).toMatchObject({ err: { message: 'the disk is full' } });

    isBroken = false;
    world.backend.recovers();
    await world.clock.advance(5000);
    await world.untilAllDelivered();
    expect(ids(world.backend.accepted)).toContain('a1');
  });
});

describe('the shutdown of the notifier', () => {
  it('waits for the delivery in flight, records it, and starts nothing new', async () => {
    await using world = await startWorld();
    let answer: (status: number) => void = () => undefined;
    world.backend.answerWith(() => new Promise<number>((resolve) => (answer = resolve)));
    const notifier = await world.startNotifier();
    await world.happens(ANA, 'a1', 'a2');
    await world.backend.next(isFrom(ANA), evenRefused);

    let hasEnded = false;
    const end = notifier[Symbol.asyncDispose]().then(() => (hasEnded = true));
    await world.happens(BEA, 'b1');
    await world.clock.advance(1000);
    expect(hasEnded).toBe(false);
    answer(200);
    await end;
    expect(ids(world.backend.received)).toEqual(['a1']);
    expect(await world.queue.next(ANA)).toMatchObject({ webhookId: 'a2', attempts: 0 });
    expect(await world.queue.next(BEA)).toMatchObject({ webhookId: 'b1', attempts: 0 });
  });

  it('delivers nothing for the sessions that wait for a slot', async () => {
    await using world = await startWorld();
    let answer: (status: number) => void = () => undefined;
    world.backend.answerWith(() => new Promise<number>((resolve) => (answer = resolve)));
    const notifier = await world.startNotifier({ concurrency: 1 });
    await world.happens(ANA, 'a1');
    await world.happens(BEA, 'b1');
    await world.backend.next(isFrom(ANA), evenRefused);
    world.backend.recovers();
    const end = notifier[Symbol.asyncDispose]();
    answer(200);
    await end;
    expect(ids(world.backend.received)).toEqual(['a1']);
    expect(await world.queue.next(BEA)).toMatchObject({ webhookId: 'b1' });
  });

  it('does not wait for a pause between two attempts', async () => {
    await using world = await startWorld();
    world.backend.answerWith(500);
    const notifier = await world.startNotifier();
    await world.happens(ANA, 'a1');
    await world.clock.untilTimer(500);
    await notifier[Symbol.asyncDispose]();
    expect(world.clock.timers).toEqual([]);
    expect(await world.queue.next(ANA)).toMatchObject({ webhookId: 'a1', attempts: 2 });
  });
});
