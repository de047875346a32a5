import type { FurtherEvent, FurtherEventKind } from '../../../src/domain/further-event.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import type { Subscription } from '../../../src/domain/subscription.ts';
import type { DeliveryQueue, NewFurtherEvent } from '../../../src/ports/callbacks.ts';
import { ANA, BEA, contract, qr, statusUpdate, type TestStorage } from './support.ts';

const SHOP: Subscription = {
  ...{ id: 'sub_shop', name: 'the shop', url: 'https://shop.example.com/', events: null, sessions: null, headers: {} },
  ...{ secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAA', isPaused: false, createdAtMs: 1 },
};
const ALL = { after: 0, limit: 100 };
const DAY_MS = 24 * 3_600_000;

function further(sessionId: SessionId, webhookId: string, kind: FurtherEventKind = 'group-update'): NewFurtherEvent {
  const event = { kind, body: { session_id: sessionId, timestamp: '', of: webhookId } } as unknown as FurtherEvent;
  return { event, webhookId };
}

async function subscribe(db: TestStorage, subscription = SHOP): Promise<DeliveryQueue> {
  await db.storage.subscriptions.add(subscription);
  return db.storage.subscriptions.queueOf(subscription);
}

async function add(db: TestStorage, sessionId: SessionId, ...webhookIds: string[]): Promise<void> {
  await db.storage.furtherEvents.add(
    sessionId,
    webhookIds.map((webhookId) => further(sessionId, webhookId)),
  );
}

/** Delivers everything that is pending in the session. Returns it as `<seq> <webhookId>`. */
async function drain(db: TestStorage, queue: DeliveryQueue, sessionId: SessionId): Promise<string[]> {
  const delivered: string[] = [];
  for (let it = await queue.next(sessionId); it; it = await queue.next(sessionId)) {
    delivered.push(`${it.seq} ${it.webhookId}`);
    await queue.delivered(it, db.clock.now());
  }
  return delivered;
}

contract('further events', (startStorage) => {
  it('come in order with the others, and take none of their numbers', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    await add(db, ANA, 'g0');
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    await add(db, ANA, 'g1', 'g2');
    await db.commit(statusUpdate(ANA, 'a3'));
    await add(db, ANA, 'g3');

    expect(await queue.sessionsWithPending()).toEqual([ANA]);
    expect(await queue.next(ANA)).toEqual({
      ...{ id: -1, webhookId: 'g0', sessionId: ANA, seq: null, kind: 'group-update', attempts: 0 },
      ...{ firstFailedAtMs: null, createdAtMs: db.clock.now() },
      body: JSON.stringify({ session_id: ANA, timestamp: '', of: 'g0' }),
    });
    expect(await drain(db, queue, ANA)).toEqual(['null g0', '1 a1', '2 a2', 'null g1', 'null g2', '3 a3', 'null g3']);
    await db.settled();
    expect(await queue.sessionsWithPending()).toEqual([]);
  });

  it('tell of their session behind their own fields', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    const session = { session_name: 'Ventas', session_labels: ['vip'], session_metadata: { customer: 4711 } };
    await db.storage.furtherEvents.add(ANA, [{ ...further(ANA, 'g0'), session }]);
    expect((await queue.next(ANA))!.body).toBe(
      JSON.stringify({ session_id: ANA, timestamp: '', of: 'g0', ...session }),
    );
  });

  it('are none of the main backend', async () => {
    await using db = await startStorage();
    await add(db, ANA, 'g0');
    await db.commit(statusUpdate(ANA, 'a1'));
    await add(db, ANA, 'g1');
    await db.commit(statusUpdate(ANA, 'a2'));

    expect(db.ready).toEqual([ANA, ANA]);
    expect(await db.storage.callbacks.counts(db.clock.now())).toMatchObject({ pending: 2 });
    expect((await db.storage.archive.events(ALL)).map(({ webhookId }) => webhookId)).toEqual(['a1', 'a2']);
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 a2']);
  });

  it('are told to whoever listens, and known by their ids, in each session', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    const ready: string[] = [];
    const unsubscribe = queue.onReady((sessionId) => ready.push(sessionId));
    await add(db, ANA, 'g0', 'g0', 'g1');
    await add(db, ANA, 'g1', 'g0');
    await add(db, BEA, 'g0');
    await add(db, BEA);
    expect(ready).toEqual([ANA, BEA]);
    unsubscribe();
    await add(db, ANA, 'g2');
    expect(ready).toEqual([ANA, BEA]);

    expect(await drain(db, queue, ANA)).toEqual(['null g0', 'null g1', 'null g2']);
    expect(await drain(db, queue, BEA)).toEqual(['null g0']);
  });

  it('go to those that name them, and some only to those', async () => {
    await using db = await startStorage();
    const all = await subscribe(db);
    const named = await subscribe(db, { ...SHOP, id: 'sub_named', events: ['presence', 'status-update'] });
    const others = await subscribe(db, { ...SHOP, id: 'sub_others', events: ['status-update'] });
    await db.storage.furtherEvents.add(ANA, [further(ANA, 'p', 'presence'), further(ANA, 'c', 'call')]);
    await db.commit(statusUpdate(ANA, 'a1'));

    expect(await drain(db, all, ANA)).toEqual(['null c', '1 a1']);
    expect(await drain(db, named, ANA)).toEqual(['null p', '1 a1']);
    expect(await drain(db, others, ANA)).toEqual(['1 a1']);
    expect(await db.storage.subscriptions.counts(SHOP, db.clock.now())).toMatchObject({ pending: 0 });
  });

  it('come from the beginning of a subscription on, and are where they were after a restart', async () => {
    await using db = await startStorage();
    await add(db, ANA, 'before');
    const queue = await subscribe(db);
    await add(db, ANA, 'g1', 'g2', 'g3');
    await queue.delivered((await queue.next(ANA))!, 1);
    await queue.failed((await queue.next(ANA))!, 'the backend answered 500', 7);
    await db.reopen();

    const again = db.storage.subscriptions.queueOf(SHOP);
    expect(await again.next(ANA)).toMatchObject({ webhookId: 'g2', attempts: 1, firstFailedAtMs: 7 });
    expect(await db.storage.subscriptions.counts(SHOP, db.clock.now() + 5_000)).toEqual({
      ...{ pending: 2, deadLettered: 0, oldestPendingSeconds: 5 },
    });
    expect(await db.storage.subscriptions.counts({ ...SHOP, sessions: [BEA] }, 0)).toMatchObject({ pending: 0 });
    expect(await drain(db, again, ANA)).toEqual(['null g2', 'null g3']);
  });

  it('are not looked at again by those that do not want them', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db, { ...SHOP, events: ['call'] });
    await add(db, ANA, ...Array.from({ length: 120 }, (_, at) => `g${at}`));
    expect(await queue.next(ANA)).toBeUndefined();

    expect(await queue.sessionsWithPending()).toEqual([]);
    await db.storage.furtherEvents.add(ANA, [further(ANA, 'c', 'call')]);
    expect(await drain(db, queue, ANA)).toEqual(['null c']);
  });

  it('wait with the others for a file', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    await db.commit({ ...statusUpdate(ANA, 'held'), holdUntilMs: db.clock.now() + 1_000 });
    await add(db, ANA, 'g1');
    expect(await queue.next(ANA)).toBeUndefined();
    await db.clock.advance(1_000);
    expect(await drain(db, queue, ANA)).toEqual(['1 held', 'null g1']);
  });

  it('keep their place when a QR leaves its own', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    await db.commit(qr(ANA, 'q1'));
    await add(db, ANA, 'g1');
    await db.commit(qr(ANA, 'q2'));
    expect((await drain(db, queue, ANA)).toSorted()).toEqual(['1 q2', 'null g1']);
  });

  it('become dead letters, which can be found as long as they are kept', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    const { subscriptions } = db.storage;
    await add(db, ANA, 'g1', 'g2');
    // The same id among the callbacks is another event.
    await db.commit(statusUpdate(ANA, 'g1'));
    await queue.dead((await queue.next(ANA))!, 'the receiver refuses it', 9);

    expect(await drain(db, queue, ANA)).toEqual(['null g2', '1 g1']);
    const [letter] = await subscriptions.deadLetters(SHOP.id, ALL);
    expect(letter).toMatchObject({ webhookId: 'g1', sessionId: ANA, kind: 'group-update', atMs: 9 });
    expect(await subscriptions.letterOf(SHOP.id, letter!.id)).toMatchObject({
      ...{ webhookId: 'g1', kind: 'group-update', seq: null, attempts: 0 },
      body: JSON.stringify({ session_id: ANA, timestamp: '', of: 'g1' }),
    });
    await db.clock.advance(40 * DAY_MS);
    await db.storage.furtherEvents.add(ANA, [further(ANA, 'young')]);
    const live = await subscribe(db, { ...SHOP, id: 'sub_late' });
    await db.storage.prune(3_600_000);
    expect(await subscriptions.deadLetters(SHOP.id, ALL)).toEqual([]);
    expect(await drain(db, queue, ANA)).toEqual(['null young']);
    expect(await live.next(ANA)).toBeUndefined();
  });

  it('and those of the main backend stay for a receiver that has not taken them, as long as it is given', async () => {
    await using db = await startStorage();
    const wanted = { ...SHOP, events: ['status-update' as const, 'group-update' as const] };
    const queue = await subscribe(db, wanted);
    await add(db, ANA, 'g0');
    await db.commit(statusUpdate(ANA, 'a0'), statusUpdate(ANA, 'a1'), qr(ANA, 'q0'), statusUpdate(BEA, 'b0'));
    await db.storage.furtherEvents.add(ANA, [further(ANA, 'c0', 'call'), further(ANA, 'g1')]);
    for (const sessionId of [ANA, ANA, BEA]) await queue.delivered((await queue.next(sessionId))!, db.clock.now());
    await db.drain(ANA);
    await db.drain(BEA);
    await db.settled();
    const awaited = { subscriptionId: wanted.id, kinds: wanted.events, retentionMs: 7 * DAY_MS };
    const everything = await subscribe(db, { ...SHOP, id: 'sub_all' });
    await db.storage.subscriptions.rewind('sub_all', ANA, 0);

    await db.clock.advance(6 * DAY_MS);
    await db.storage.prune(DAY_MS, undefined, awaited);
    expect(await db.storage.archive.events(ALL)).toMatchObject([{ webhookId: 'a1' }]);
    expect(await drain(db, everything, ANA)).toEqual(['2 a1', 'null g1']);
    const { pending, oldestPendingSeconds } = await db.storage.subscriptions.counts(wanted, db.clock.now());
    expect({ pending, oldestPendingSeconds }).toEqual({ pending: 2, oldestPendingSeconds: (6 * DAY_MS) / 1_000 });

    await db.clock.advance(2 * DAY_MS);
    await db.storage.prune(DAY_MS, undefined, awaited);
    expect(await db.storage.archive.events(ALL)).toEqual([]);
    expect(await queue.next(ANA)).toBeUndefined();
  });

  it('are repeated by a replay, also while an attempt is under way', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    const { subscriptions } = db.storage;
    await add(db, ANA, 'g0');
    await db.clock.advance(1_000);
    const sinceMs = db.clock.now();
    await add(db, ANA, 'g1');
    await db.commit(statusUpdate(ANA, 'a1'));
    await queue.delivered((await queue.next(ANA))!, 1);
    const underWay = (await queue.next(ANA))!;

    expect(await subscriptions.rewind(SHOP.id, ANA, sinceMs)).toBe(2);
    await queue.delivered(underWay, 1);
    await db.settled();

    expect(await drain(db, queue, ANA)).toEqual(['null g1', '1 a1']);
    await db.settled();
    await db.clock.advance(1);
    await add(db, ANA, 'g2');
    expect(await drain(db, queue, ANA)).toEqual(['null g2']);
    await db.settled();
    // Nothing else happened since.
    expect(await subscriptions.rewind(SHOP.id, ANA, db.clock.now())).toBe(1);
    expect(await drain(db, queue, ANA)).toEqual(['null g2']);
  });

  it('are still delivered when their session is removed', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    await db.commit(statusUpdate(ANA, 'a1'));
    await add(db, ANA, 'g1');
    await db.storage.sessions.remove(ANA, [statusUpdate(ANA, 'end')]);
    await db.drain(ANA);
    await db.storage.prune(3_600_000);
    expect(await drain(db, queue, ANA)).toEqual(['1 a1', 'null g1', '2 end']);
  });
});
