import { type SessionId } from '../../../src/domain/session-id.ts';
import { type Received } from '../../harness/test-backend.ts';
import { ANA, API_KEY, BEA, ids, numbered, startWorld, type World } from './support.ts';

const isFrom = (sessionId: SessionId) => (it: Received) => it.headers['x-session-id'] === sessionId;
const inAnyCase = { evenRefused: true };

describe('the notifier', () => {
  it('hands over what waited before it started, and what comes afterwards', async () => {
    await using world = await startWorld();
    await world.happens(ANA, 'a1', 'a2');
    await world.startNotifier();
    await world.happens(ANA, 'a3');
    await world.happens(BEA, 'b1');
    await world.untilAllDelivered();
    expect(ids(world.backend.received.filter(isFrom(ANA)))).toEqual(['a1', 'a2', 'a3']);
    expect(ids(world.backend.received.filter(isFrom(BEA)))).toEqual(['b1']);
    expect(world.backend.received.filter(isFrom(ANA)).map(({ headers }) => headers['x-session-seq'])).toEqual([
      '1',
      '2',
      '3',
    ]);
  });

  it('misses nothing that comes while it delivers', async () => {
    await using world = await startWorld();
    await world.startNotifier();
    const all = Array.from({ length: 100 }, (_, i) => `a${i}`);
    for (const text of all) {
      await world.happens(ANA, text);
      await world.backend.next(isFrom(ANA), inAnyCase);
    }
    await world.untilAllDelivered();
    expect(ids(world.backend.accepted)).toEqual(all);
  });

  it('tries the failed one again and again, before anything behind it', async () => {
    await using world = await startWorld();
    world.backend.answerWith(500);
    await world.startNotifier();
    await world.happens(ANA, 'a1', 'a2');
    for (const delayMs of [500, 1000, 2500, 5000]) {
      await world.clock.untilTimer(delayMs);
      await world.clock.advance(delayMs);
    }
    await world.clock.untilTimer(10_000);
    expect(ids(world.backend.received)).toEqual(['a1', 'a1', 'a1', 'a1', 'a1', 'a1']);

    world.backend.recovers();
    await world.clock.advance(10_000);
    await world.untilAllDelivered();
    expect(ids(world.backend.accepted)).toEqual(['a1', 'a2']);
  });

  it('does not let a failing session hold up another one', async () => {
    await using world = await startWorld();
    world.backend.answerWith((it) => (isFrom(ANA)(it) ? 'hang' : 200));
    await world.startNotifier();
    await world.happens(ANA, 'a1');
    await world.backend.next(isFrom(ANA), inAnyCase);
    await world.happens(BEA, 'b1', 'b2');
    expect(ids([await world.backend.next(isFrom(BEA)), await world.backend.next(isFrom(BEA))])).toEqual(['b1', 'b2']);
  });

  it('goes on after a restart with the same key, number and body', async () => {
    await using world = await startWorld();
    await world.backend.goesDown();
    await world.startNotifier();
    await world.happens(ANA, 'a1', 'a2');
    await world.clock.untilTimer(500);
    await world.backend.comesUp();
    world.backend.answerWith(503);
    await world.clock.advance(500);
    const tried = await world.backend.next(isFrom(ANA), inAnyCase);
    await world.clock.untilTimer(1000);

    world.backend.recovers();
    await world.restart();
    const accepted = await world.backend.next(isFrom(ANA));
    for (const header of ['webhook-id', 'x-session-seq', 'x-session-id']) {
      expect(accepted.headers[header]).toBe(tried.headers[header]);
    }
    expect(accepted.text).toBe(tried.text);
    expect(accepted.headers['x-session-seq']).toBe('1');
    await world.untilAllDelivered();
    expect(ids(world.backend.accepted)).toEqual(['a1', 'a2']);
  });

  it('respects what the backend asks for with Retry-After', async () => {
    await using world = await startWorld();
    world.backend.answerWith({ status: 429, headers: { 'retry-after': '1800' } });
    await world.startNotifier();
    await world.happens(ANA, 'a1');
    await world.clock.untilTimer(1_800_000);
    world.backend.recovers();
    await world.clock.advance(1_799_999);
    expect(world.backend.received).toHaveLength(1);
    await world.clock.advance(1);
    await world.backend.next();
  });

  it('posts at most 64 at once, and the others in their turn', async () => {
    await using world = await startWorld();
    let atOnce = 0;
    let most = 0;
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    world.backend.answerWith(async () => {
      most = Math.max(most, ++atOnce);
      await opened;
      atOnce -= 1;
      return 200;
    });
    for (let i = 0; i < 100; i += 1) await world.happens(`session_${i}` as SessionId, `s${i}`);
    await world.startNotifier();
    await world.backend.next(() => world.backend.received.length === 64, inAnyCase);
    // Each post on its way has its deadline running, also one that has not arrived yet.
    expect(world.clock.timers).toHaveLength(64);
    open();
    await world.untilAllDelivered();
    expect(most).toBe(64);
    expect(world.backend.accepted).toHaveLength(100);
  });

  it('delivers the newer QR when an older one was on its way', async () => {
    await using world = await startWorld();
    let answer: (status: number) => void = () => undefined;
    world.backend.answerWith(() => new Promise<number>((resolve) => (answer = resolve)));
    await world.startNotifier();
    await world.offersQr(ANA, 'q1');
    await world.backend.next('qr-update', inAnyCase);
    await world.offersQr(ANA, 'q2');
    world.backend.recovers();
    answer(200);
    await world.untilAllDelivered();
    expect(numbered(world.backend.accepted)).toEqual(['1 q1', '2 q2']);
  });

  it('gives no number twice when a QR whose answer got lost is renewed', async () => {
    await using world = await startWorld();
    const { promise: told, resolve: tell } = Promise.withResolvers<undefined>();
    world.backend.answerWith(async () => {
      if (world.backend.received.length === 1) return 'hang';
      await told;
      return 200;
    });
    await world.startNotifier({ timeoutMs: 1000 });
    await world.offersQr(ANA, 'q1');
    await world.backend.next('qr-update', inAnyCase);
    await world.clock.advance(1000);
    await world.logged('failed, to be tried again');
    await world.offersQr(ANA, 'q2');
    await world.offersQr(ANA, 'q3');
    await world.happens(ANA, 'a4');
    tell(undefined);
    await world.untilAllDelivered();
    expect(numbered(world.backend.received)).toEqual(['1 q1', '1 q1', '2 q3', '3 a4']);
  });

  it('leaves out a QR that the backend refused once a newer one is there', async () => {
    await using world = await startWorld();
    world.backend.answerWith(503);
    await world.startNotifier();
    await world.offersQr(ANA, 'q1');
    await world.logged('failed, to be tried again');
    await world.offersQr(ANA, 'q2');
    world.backend.recovers();
    await world.clock.advance(1000);
    await world.untilAllDelivered();
    expect(numbered(world.backend.accepted)).toEqual(['1 q2']);
  });

  it('logs each callback with its marks, and never its body or the key', async () => {
    await using world = await startWorld();
    world.backend.answerWith(401);
    await world.startNotifier();
    await world.happens(ANA, 'a1');
    await world.offersQr(BEA, 'code-to-scan');
    await world.clock.untilTimer(500);
    world.backend.recovers();
    await world.clock.advance(500);
    await world.untilAllDelivered();
    const about = world.lines.filter(({ sessionId }) => sessionId !== undefined);
    for (const { sessionId, msg } of about) expect(msg).toContain(`[${String(sessionId)}] [CALLBACK] `);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ msg: `[${ANA}] [CALLBACK] delivered`, kind: 'status-update', webhookId: 'a1', seq: 1 }),
    );
    const log = JSON.stringify(world.lines);
    expect(log).not.toContain(API_KEY);
    expect(log).not.toContain('qr_data');
    expect(log).not.toContain('error_message');
  });
});

describe('a callback that alone fails', () => {
  it('becomes a dead letter after its tries, and the rest of its session goes on', async () => {
    await using world = await startWorld();
    world.backend.answerWith((it) => (it.headers['webhook-id'] === 'poison' ? 500 : 200));
    await world.startNotifier({ retries: 3 });
    await world.happens(ANA, 'poison', 'a2');
    await world.clock.untilTimer(500);
    await world.happens(BEA, 'b1');
    await world.logged(`[${BEA}] [CALLBACK] delivered`);
    await world.clock.advance(500);
    await world.clock.untilTimer(1000);
    await world.clock.advance(1000);
    await world.untilAllDelivered();
    expect(ids(world.backend.received.filter(isFrom(ANA)))).toEqual(['poison', 'poison', 'poison', 'poison', 'a2']);
    expect(await world.queue.counts(world.clock.now())).toMatchObject({ deadLettered: 1, pending: 0 });
    expect((await world.logged('given up')).error).toBe('only this delivery fails: the backend answered 500');
  });

  it('leaves no gap in the numbers, nor does a restart', async () => {
    await using world = await startWorld();
    world.backend.answerWith((it) => (it.headers['webhook-id'] === 'poison' ? 500 : 200));
    await world.startNotifier({ retries: 2 });
    await world.happens(ANA, 'a1', 'poison', 'a3');
    await world.clock.untilTimer(500);
    await world.happens(BEA, 'b1');
    await world.logged(`[${BEA}] [CALLBACK] delivered`);
    await world.clock.advance(500);
    await world.untilAllDelivered();
    await world.restart();
    await world.happens(ANA, 'a4');
    await world.untilAllDelivered();

    const numbers = world.backend.received.filter(isFrom(ANA)).map(({ headers }) => headers['x-session-seq']);
    expect([...new Set(numbers)]).toEqual(['1', '2', '3', '4']);
    expect(ids(world.backend.accepted.filter(isFrom(ANA)))).toEqual(['a1', 'a3', 'a4']);
    expect(await world.queue.counts(world.clock.now())).toMatchObject({ deadLettered: 1, pending: 0 });
  });

  it.each([
    ['everything is refused', 500],
    ['the key is wrong', 401],
  ])('stays when %s, however often it is tried', async (_, status) => {
    await using world = await startWorld();
    await world.startNotifier({ retries: 2 });
    await world.happens(BEA, 'b0');
    await world.logged(`[${BEA}] [CALLBACK] delivered`);
    world.backend.answerWith(status);
    await world.happens(ANA, 'a1');
    await triedAgain(world, 5);
    expect(world.backend.received.filter(isFrom(ANA)).length).toBeGreaterThan(5);
    expect(await world.queue.counts(world.clock.now())).toMatchObject({ deadLettered: 0, pending: 1 });
  });

  it('stays when it alone gets 401', async () => {
    await using world = await startWorld();
    world.backend.answerWith((it) => (isFrom(ANA)(it) ? 401 : 200));
    await world.startNotifier({ retries: 2 });
    await world.happens(ANA, 'a1');
    await world.clock.untilTimer(500);
    await world.happens(BEA, 'b1');
    await world.logged(`[${BEA}] [CALLBACK] delivered`);
    await triedAgain(world, 5);
    expect(await world.queue.counts(world.clock.now())).toMatchObject({ deadLettered: 0, pending: 1 });
  });

  it('is given up also when it never gets an answer', async () => {
    await using world = await startWorld();
    world.backend.answerWith((it) => (it.headers['webhook-id'] === 'a1' ? 'hang' : 200));
    await world.happens(ANA, 'a1');
    await world.startNotifier({ retries: 2, timeoutMs: 100 });
    await timesOut(world);
    await world.happens(BEA, 'b1');
    await world.logged(`[${BEA}] [CALLBACK] delivered`);
    await timesOut(world);
    expect((await world.logged('given up')).error).toBe('only this delivery fails: the backend did not answer in time');
    expect(await world.queue.counts(world.clock.now())).toMatchObject({ deadLettered: 1, pending: 0 });
  });

  it('stays, however old it gets, while nothing else is accepted', async () => {
    await using world = await startWorld();
    world.backend.answerWith(500);
    await world.happens(ANA, 'a1');
    await world.clock.advance(1000 * 3600_000);
    await world.startNotifier({ retries: 2 });
    await triedAgain(world, 5);
    expect(await world.queue.counts(world.clock.now())).toMatchObject({ deadLettered: 0, pending: 1 });
  });

  /** Waits for a post to be on its way, and lets its time run out. */
  async function timesOut(world: World): Promise<void> {
    await world.backend.next((it) => it.headers['webhook-id'] === 'a1', inAnyCase);
    await world.clock.advance(100);
  }

  /** Lets the waiting callback be tried so many more times: each time it has begun to wait, the wait is over. */
  async function triedAgain(world: World, tries: number): Promise<void> {
    const delays = [500, 1000, 2500, 5000, 10_000, 15_000, 30_000];
    for (const delayMs of delays.slice(0, tries)) {
      await world.clock.untilTimer(delayMs);
      await world.clock.advance(delayMs);
    }
    await world.clock.untilTimer(delays[tries]!);
  }
});

describe('an event that the seed does not know', () => {
  const isFate = (it: Received) => it.path.endsWith('/messages/status-update');

  it.each([404, 405, 501])(
    'does not hold up the others when the backend has no endpoint for it (%d)',
    async (status) => {
      await using world = await startWorld();
      world.backend.answerWith((it) => (isFate(it) ? status : 200));
      await world.startNotifier();
      await world.fateOf(ANA, 'm1');
      await world.happens(ANA, 'a1');
      await world.untilAllDelivered();
      expect(ids(world.backend.accepted)).toEqual(['a1']);
      expect(world.backend.received.filter(isFate)).toHaveLength(1);
      expect(await world.queue.counts(world.clock.now())).toMatchObject({ pending: 0, deadLettered: 0 });
      expect(world.notifier.health()).toMatchObject({ reachable: true, misconfigured: false, lastError: null });
    },
  );

  it.each([401, 403, 500])('is tried again like every other when the answer is a %d', async (status) => {
    await using world = await startWorld();
    world.backend.answerWith((it) => (isFate(it) ? status : 200));
    await world.startNotifier();
    await world.fateOf(ANA, 'm1');
    await world.happens(ANA, 'a1');
    await world.backend.next(isFate, inAnyCase);
    await world.backend.next(isFate, inAnyCase);
    expect(world.backend.accepted).toEqual([]);
  });
});
