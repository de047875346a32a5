import type { SessionId } from '../../../src/domain/session-id.ts';
import type { Received } from '../../harness/test-backend.ts';
import { ANA, API_KEY, BEA, ids, numbered, startWorld } from './support.ts';

const isFrom = (sessionId: SessionId) => (it: Received) => it.headers['x-session-id'] === sessionId;
const evenRefused = { evenRefused: true };

describe('the notifier', () => {
  it('delivers what was pending before it started, and what comes afterwards', async () => {
    await using world = await startWorld();
    await world.happens(ANA, 'a1', 'a2');
    await world.startNotifier();
    await world.happens(ANA, 'a3');
    await world.happens(BEA, 'b1');
    await world.untilAllDelivered();
    expect(ids(world.backend.received.filter(isFrom(BEA)))).toEqual(['b1']);
    expect(numbered(world.backend.received.filter(isFrom(ANA)))).toEqual(['1 a1', '2 a2', '3 a3']);
  });

  it('misses nothing that comes during a delivery', async () => {
    await using world = await startWorld();
    await world.startNotifier();
    const all = Array.from({ length: 100 }, (_, i) => `a${i}`);
    for (const text of all) {
      await world.happens(ANA, text);
      await world.backend.next(isFrom(ANA), evenRefused);
    }
    await world.untilAllDelivered();
    expect(ids(world.backend.accepted)).toEqual(all);
  });

  it('retries a failed callback before anything behind it', async () => {
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

  it('does not let a hanging session hold up another one', async () => {
    await using world = await startWorld();
    world.backend.answerWith((it) => (isFrom(ANA)(it) ? 'hang' : 200));
    await world.startNotifier();
    await world.happens(ANA, 'a1');
    await world.backend.next(isFrom(ANA), evenRefused);
    await world.happens(BEA, 'b1', 'b2');
    expect(ids([await world.backend.next(isFrom(BEA)), await world.backend.next(isFrom(BEA))])).toEqual(['b1', 'b2']);
  });

  it('continues after a restart with the same key, number and body', async () => {
    await using world = await startWorld();
    await world.backend.goesDown();
    await world.startNotifier();
    await world.happens(ANA, 'a1', 'a2');
    await world.clock.untilTimer(500);
    await world.backend.comesUp();
    world.backend.answerWith(503);
    await world.clock.advance(500);
    const attempted = await world.backend.next(isFrom(ANA), evenRefused);
    await world.clock.untilTimer(1000);

    world.backend.recovers();
    await world.restart();
    const accepted = await world.backend.next(isFrom(ANA));
    for (const header of ['webhook-id', 'x-session-seq', 'x-session-id']) {
      expect(accepted.headers[header]).toBe(attempted.headers[header]);
    }
    expect(accepted.text).toBe(attempted.text);
    expect(accepted.headers['x-session-seq']).toBe('1');
    await world.untilAllDelivered();
    expect(ids(world.backend.accepted)).toEqual(['a1', 'a2']);
  });

  it('respects Retry-After', async () => {
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

  it('makes at most 64 deliveries at once, and the others in turn', async () => {
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
    await world.backend.next(() => world.backend.received.length === 64, evenRefused);
    // Each delivery in flight has a deadline, also one that has not arrived yet.
    expect(world.clock.timers).toHaveLength(64);
    open();
    await world.untilAllDelivered();
    expect(most).toBe(64);
    expect(world.backend.accepted).toHaveLength(100);
  });

  it('delivers the newer QR when an older one was in flight', async () => {
    await using world = await startWorld();
    let answer: (status: number) => void = () => undefined;
    world.backend.answerWith(() => new Promise<number>((resolve) => (answer = resolve)));
    await world.startNotifier();
    await world.offersQr(ANA, 'q1');
    await world.backend.next('qr-update', evenRefused);
    await world.offersQr(ANA, 'q2');
    world.backend.recovers();
    answer(200);
    await world.untilAllDelivered();
    expect(numbered(world.backend.accepted)).toEqual(['1 q1', '2 q2']);
  });

  it('uses no number twice when a QR whose answer was lost is renewed', async () => {
    await using world = await startWorld();
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
    world.backend.answerWith(async () => {
      if (world.backend.received.length === 1) return 'hang';
      await released;
      return 200;
    });
    await world.startNotifier({ timeoutMs: 1000 });
    await world.offersQr(ANA, 'q1');
    await world.backend.next('qr-update', evenRefused);
    await world.clock.advance(1000);
    await world.logged('attempt failed');
    await world.offersQr(ANA, 'q2');
    await world.offersQr(ANA, 'q3');
    await world.happens(ANA, 'a4');
    release(undefined);
    await world.untilAllDelivered();
    expect(numbered(world.backend.received)).toEqual(['1 q1', '1 q1', '2 q3', '3 a4']);
  });

  it('drops a QR that the backend refused once there is a newer one', async () => {
    await using world = await startWorld();
    world.backend.answerWith(503);
    await world.startNotifier();
    await world.offersQr(ANA, 'q1');
    await world.logged('attempt failed');
    await world.offersQr(ANA, 'q2');
    world.backend.recovers();
    await world.clock.advance(1000);
    await world.untilAllDelivered();
    expect(numbered(world.backend.accepted)).toEqual(['1 q2']);
  });

  it('logs each callback with its marks, and never its body or the API key', async () => {
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

describe('an event that a backend for the seed does not know', () => {
  const isStatusUpdate = (it: Received) => it.path.endsWith('/messages/status-update');

  it.each([404, 405, 501])(
    'does not hold up the others when the backend has no endpoint for it (%d)',
    async (status) => {
      await using world = await startWorld();
      world.backend.answerWith((it) => (isStatusUpdate(it) ? status : 200));
      await world.startNotifier();
      await world.messageDelivered(ANA, 'm1');
      await world.happens(ANA, 'a1');
      await world.untilAllDelivered();
      expect(ids(world.backend.accepted)).toEqual(['a1']);
      expect(world.backend.received.filter(isStatusUpdate)).toHaveLength(1);
      expect(await world.queue.counts(world.clock.now())).toMatchObject({ pending: 0, deadLettered: 0 });
      expect(world.notifier.health()).toMatchObject({ reachable: true, misconfigured: false, lastError: null });
    },
  );

  it.each([401, 403, 500])('is retried like any other when the answer is %d', async (status) => {
    await using world = await startWorld();
    world.backend.answerWith((it) => (isStatusUpdate(it) ? status : 200));
    await world.startNotifier();
    await world.messageDelivered(ANA, 'm1');
    await world.happens(ANA, 'a1');
    await world.backend.next(isStatusUpdate, evenRefused);
    await world.backend.next(isStatusUpdate, evenRefused);
    expect(world.backend.accepted).toEqual([]);
  });
});
