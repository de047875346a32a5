import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { AppError } from '../../../src/domain/errors.ts';
import type { SubscriptionSpec } from '../../../src/domain/subscription.ts';
import { systemRandom } from '../../../src/kit/random.ts';
import type { UrlGuard } from '../../../src/webhooks/subscriptions/subscription-client.ts';
import { SubscriptionService } from '../../../src/webhooks/subscriptions/subscription-service.ts';
import { ANA, BEA, startStorage, statusUpdate, type TestStorage } from '../../contracts/storage/support.ts';
import { untilTrue } from '../../harness/until.ts';
import { startTestBackend, type TestBackend } from '../../harness/test-backend.ts';

const SECRET = `whsec_${createHash('sha256').update('x').digest('base64')}`;
/** Everything but one host. */
const GUARD: UrlGuard = {
  check(text) {
    if (text.includes('forbidden')) throw new AppError('url_not_allowed');
    return new URL(text);
  },
  lookupFor: () => (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
};
const DAY_MS = 24 * 3_600_000;

/** A real storage, a real receiver and the service between them, on a manual clock. */
class World implements AsyncDisposable {
  readonly db: TestStorage;
  readonly receiver: TestBackend;
  service!: SubscriptionService;
  fates: string[] = [];

  constructor(db: TestStorage, receiver: TestBackend) {
    this.db = db;
    this.receiver = receiver;
  }

  static async start(): Promise<World> {
    const world = new World(await startStorage(), await startTestBackend());
    await world.startService();
    return world;
  }

  async startService(): Promise<void> {
    this.service = new SubscriptionService({
      ...{
        store: this.db.storage.subscriptions,
        furtherEvents: this.db.storage.furtherEvents,
        guard: GUARD,
        clock: this.db.clock,
        random: systemRandom,
      },
      ...{ timeoutMs: 7_000_000, version: '4.0.0', log: pino({ level: 'silent' }) },
      settings: { retries: 2, poisonAfterMs: 3_600_000, retentionMs: 3 * DAY_MS },
      metrics: { posted: (_, fate) => this.fates.push(fate), arrived: () => undefined },
    });
    await this.service.start();
  }

  subscribe(change: Partial<SubscriptionSpec> = {}) {
    const spec = { name: '', events: null, sessions: null, headers: {}, secret: SECRET, isPaused: false };
    return this.service.create({ ...spec, url: `${this.receiver.url}/hook`, ...change });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]();
    await this.db[Symbol.asyncDispose]();
    await this.receiver[Symbol.asyncDispose]();
  }
}

describe('the service of subscriptions', () => {
  it('posts each event signed, wrapped, and with the headers of its owner', async () => {
    await using world = await World.start();
    await world.subscribe({ headers: { 'X-Shop': '1', authorization: 'Bearer s' } });
    await world.db.commit(statusUpdate(ANA, 'a1'));

    const { body, text, headers, path } = await world.receiver.next();
    expect(path).toBe('/hook');
    expect(body).toEqual({
      ...{ type: 'status-update', session_id: ANA, seq: 1, session: { name: null, labels: [], metadata: {} } },
      data: statusUpdate(ANA, 'a1').event.body,
    });
    expect(headers).toMatchObject({
      ...{ 'webhook-id': 'a1', 'x-session-id': ANA, 'x-session-seq': '1', 'content-type': 'application/json' },
      ...{ authorization: 'Bearer s', 'x-shop': '1', 'user-agent': 'whatsapp-orchestrator/4.0.0' },
    });
    const atMs = Number(headers['webhook-timestamp']) * 1_000;
    expect(atMs).toBe(world.db.clock.now());
    // The library compares with the time of day, which is another one here: the signature is what counts.
    const signature = new Webhook(SECRET).sign('a1', new Date(atMs), text);
    expect(headers['webhook-signature']).toBe(signature);
  });

  it('posts further events without a number, which the main backend does not get', async () => {
    await using world = await World.start();
    const { furtherEvents } = world.service;
    const body = { session_id: ANA, timestamp: '2024-01-15T10:30:00.000Z', call_id: 'C', state: 'ringing' as const };
    const caller = { number: null, lid: '222@lid', is_video: false, is_group: false, group_id: null };
    const call = { kind: 'call', body: { ...body, ...caller, reason: null, offline: false } } as const;
    await furtherEvents.add(ANA, [{ event: call, webhookId: 'too early' }]);
    const { id } = await world.subscribe({ events: ['call', 'status-update'] });
    await furtherEvents.add(ANA, [{ event: call, webhookId: 'c1' }]);

    const { body: posted, headers } = await world.receiver.next();
    const session = { name: null, labels: [], metadata: {} };
    expect(posted).toEqual({ type: 'call', session_id: ANA, seq: null, session, data: call.body });
    expect(headers).toMatchObject({ 'webhook-id': 'c1', 'x-session-id': ANA });
    expect(headers).not.toHaveProperty('x-session-seq');
    await world.service.change(id, { isPaused: true });
    await furtherEvents.add(ANA, [{ event: call, webhookId: 'c2' }]);
    await world.db.commit(statusUpdate(ANA, 'a1'));
    await world.service.change(id, { isPaused: false });
    expect((await world.receiver.next()).headers['webhook-id']).toBe('c2');
    expect((await world.receiver.next()).headers['x-session-seq']).toBe('1');
    expect(await world.db.drain(ANA)).toEqual(['1 a1']);

    await world.service.remove(id);
    expect(furtherEvents.isWanted(ANA, 'call')).toBe(false);
  });

  it('delays neither the main backend nor other receivers, when one is down', async () => {
    await using world = await World.start();
    await using down = await startTestBackend();
    await down.goesDown();
    const broken = await world.subscribe({ url: down.url });
    await world.subscribe();
    await world.db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));

    expect((await world.receiver.next()).headers['webhook-id']).toBe('a1');
    expect((await world.receiver.next()).headers['webhook-id']).toBe('a2');
    expect(await world.db.drain(ANA)).toEqual(['1 a1', '2 a2']);
    expect(await world.service.counts(broken.id)).toMatchObject({ pending: 2 });
    await down.comesUp();
    await world.db.clock.advance(2_000);
    expect((await down.next()).headers['webhook-id']).toBe('a1');
    expect((await down.next()).headers['webhook-id']).toBe('a2');
  });

  it('gives up what is refused, goes on, and delivers it when a person asks', async () => {
    await using world = await World.start();
    const { id } = await world.subscribe();
    world.receiver.answerWith(({ headers }) => (headers['webhook-id'] === 'a1' ? 422 : 200));
    await world.db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    const after = world.receiver.next(({ headers }) => headers['webhook-id'] === 'a2');
    for (let minute = 0; minute < 3; minute += 1) await world.db.clock.advance(60_000);
    await after;

    const [letter] = await world.service.deadLetters(id, { after: 0, limit: 9 });
    expect(letter).toMatchObject({ webhookId: 'a1', error: 'the receiver refuses it: the receiver answered 422' });
    expect(await world.service.retry(id, letter!.id)).toMatchObject({ isAccepted: false, status: 422 });
    world.receiver.recovers();
    expect(await world.service.retry(id, letter!.id)).toMatchObject({ isAccepted: true, status: null, error: null });
    await expect(world.service.retry(id, letter!.id)).rejects.toMatchObject({ code: 'callback_not_found' });
    await expect(world.service.discard(id, letter!.id)).rejects.toMatchObject({ code: 'callback_not_found' });
  });

  it('gives nothing up for a wrong address or silence, until it has expired', async () => {
    await using world = await World.start();
    const { id } = await world.subscribe();
    world.receiver.answerWith(404);
    await world.db.commit(statusUpdate(ANA, 'a1'));
    for (let hour = 0; hour < 5; hour += 1) await world.db.clock.advance(3_600_000);
    expect(await world.service.counts(id)).toMatchObject({ pending: 1, deadLettered: 0 });
    await world.db.clock.advance(3 * DAY_MS);
    await world.receiver.next('/hook', { evenRefused: true });
    await world.db.clock.advance(60_000);
    await untilDead(world, id);
  });

  it('waits while it is paused, and then continues where it was', async () => {
    await using world = await World.start();
    const { id } = await world.subscribe({ isPaused: true });
    await world.db.commit(statusUpdate(ANA, 'a1'), statusUpdate(BEA, 'b1'));
    expect(world.receiver.received).toEqual([]);
    await world.service.change(id, { isPaused: false, sessions: [ANA] });
    expect((await world.receiver.next()).headers['webhook-id']).toBe('a1');
    await world.service.change(id, { sessions: null });
    expect((await world.receiver.next()).headers['webhook-id']).toBe('b1');
  });

  it('keeps a further event that waits while it is paused, over a restart', async () => {
    await using world = await World.start();
    const { id } = await world.subscribe({ isPaused: true });
    const body = { session_id: ANA, timestamp: '2024-01-15T10:30:00.000Z', group_id: '1@g.us', group_name: null };
    const event = {
      kind: 'group-update',
      body: { ...body, by: null, offline: false, changes: { subject: 'x' } },
    } as const;
    await world.service.furtherEvents.add(ANA, [{ event, webhookId: 'before' }]);
    await world.service[Symbol.asyncDispose]();
    await world.db.reopen();
    await world.startService();
    await world.service.furtherEvents.add(ANA, [{ event, webhookId: 'after' }]);
    await world.db.commit(statusUpdate(ANA, 'a1'));
    expect(world.receiver.received).toEqual([]);

    await world.service.change(id, { isPaused: false });
    for (const webhookId of ['before', 'after', 'a1']) {
      expect((await world.receiver.next()).headers['webhook-id']).toBe(webhookId);
    }
    expect(world.receiver.received[0]!.body).toMatchObject({ type: 'group-update', seq: null, data: event.body });
  });

  it('continues after a restart, and takes over what other nodes have changed', async () => {
    await using world = await World.start();
    const kept = await world.subscribe();
    const other = await world.subscribe({ name: 'removed elsewhere' });
    await world.service[Symbol.asyncDispose]();
    await world.db.commit(statusUpdate(ANA, 'a1'));
    await world.startService();
    await Promise.all([world.receiver.next(), world.receiver.next()]);

    await world.db.storage.subscriptions.remove(other.id);
    await world.db.storage.subscriptions.change({ ...kept, name: 'renamed elsewhere' });
    await world.service.reload();
    expect(world.service.list()).toEqual([{ ...kept, name: 'renamed elsewhere' }]);
    expect(() => world.service.find(other.id)).toThrow(expect.objectContaining({ code: 'webhook_not_found' }) as Error);
  });

  it('says which keep failing or are far behind', async () => {
    await using world = await World.start();
    await world.subscribe({ name: 'the shop' });
    await world.db.clock.advance(1);
    await world.subscribe({ name: 'paused', isPaused: true });
    const health = async () => {
      await world.db.clock.advance(10_000);
      const all = await world.service.health();
      return all.map(({ name, isFailing, isBehind, lastError }) => [name, isFailing, isBehind, lastError]);
    };
    const paused = ['paused', false, false, null];
    expect(await health()).toEqual([['the shop', false, false, null], paused]);

    world.receiver.answerWith(503);
    await world.db.commit(statusUpdate(ANA, 'a1'));
    await untilTrue(() => Promise.resolve(world.fates.includes('failed')));
    const why = 'the receiver answered 503';
    expect(await health()).toEqual([['the shop', false, false, why], paused]);
    await world.db.clock.advance(50_000);
    expect(await health()).toEqual([['the shop', true, false, why], paused]);
    await world.db.clock.advance(540_000);
    expect(await health()).toEqual([['the shop', true, true, why], paused]);
    expect(await world.service.health()).toMatchObject([{ pending: 1 }, { isPaused: true, pending: 1 }]);

    world.receiver.recovers();
    await untilTrue(async () => {
      await world.db.clock.advance(60_000);
      return world.fates.includes('delivered');
    });
    await world.db.settled();
    expect(await health()).toEqual([['the shop', false, false, null], paused]);
  });

  it('posts nothing of a session that has left, until it is back', async () => {
    await using world = await World.start();
    await world.subscribe();
    await world.service.leave(ANA);
    await world.db.commit(statusUpdate(ANA, 'a1'), statusUpdate(BEA, 'b1'));
    expect((await world.receiver.next()).headers['webhook-id']).toBe('b1');
    expect(world.receiver.received).toHaveLength(1);
    world.service.adopt([ANA]);
    expect((await world.receiver.next()).headers['webhook-id']).toBe('a1');
  });

  it('repeats what happened since a moment', async () => {
    await using world = await World.start();
    const { id } = await world.subscribe();
    await world.db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    await Promise.all([world.receiver.next(), world.receiver.next()]);
    await world.db.settled();
    expect(await world.service.replay(id, ANA, 0)).toBe(2);
    expect((await world.receiver.next()).headers['webhook-id']).toBe('a1');
    expect((await world.receiver.next()).headers['webhook-id']).toBe('a2');
  });

  it('tries a receiver once when asked, also while it is paused', async () => {
    await using world = await World.start();
    const { id } = await world.subscribe({ isPaused: true });
    expect(await world.service.test(id)).toMatchObject({ isAccepted: true });
    expect((await world.receiver.next()).body).toMatchObject({ type: 'test', session_id: null });
    await world.receiver.goesDown();
    expect(await world.service.test(id)).toMatchObject({
      ...{ isAccepted: false, status: null, error: expect.stringMatching(/ECONN(REFUSED|RESET)/) as string },
    });
  });

  it('refuses URLs that the guard refuses, at each attempt, and more than fifty', async () => {
    await using world = await World.start();
    await expect(world.subscribe({ url: 'http://forbidden.example' })).rejects.toMatchObject({
      code: 'url_not_allowed',
    });
    const { id } = await world.subscribe();
    await expect(world.service.change(id, { url: 'http://forbidden.example' })).rejects.toThrow(AppError);
    await world.db.storage.subscriptions.change({ ...world.service.find(id), url: 'http://forbidden.example' });
    await world.service.reload();
    expect(await world.service.test(id)).toMatchObject({ error: 'the receiver is not reachable (url_not_allowed)' });
    for (let count = 1; count < 50; count += 1) await world.subscribe({ isPaused: true });
    await expect(world.subscribe()).rejects.toMatchObject({ code: 'too_many_webhooks' });
    await expect(world.service.remove('sub_unknown')).rejects.toMatchObject({ code: 'webhook_not_found' });
  });
});

/** The attempt under way ends by itself. */
async function untilDead({ service, db }: World, id: string): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const { deadLettered } = await service.counts(id);
    if (deadLettered === 1) return;
    await db.clock.advance(60_000);
  }
  throw new Error('it was never given up');
}
