import type { Subscription } from '../../../src/domain/subscription.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import type { DeliveryQueue } from '../../../src/ports/callbacks.ts';
import { ANA, BEA, contract, qr, statusUpdate, type TestStorage } from './support.ts';

const SHOP: Subscription = {
  ...{ id: 'sub_shop', name: 'the shop', url: 'https://shop.example.com/', events: null, sessions: null },
  ...{ headers: { Authorization: 'Bearer x' }, secret: 'whsec_c2VjcmV0', isPaused: false, createdAtMs: 1 },
};
const DESK: Subscription = { ...SHOP, id: 'sub_desk', createdAtMs: 2 };
const ALL = { after: 0, limit: 100 };

/** Delivers everything of the session. Returns it as `<seq> <webhookId>`. */
async function drain(db: TestStorage, queue: DeliveryQueue, sessionId: SessionId): Promise<string[]> {
  const delivered: string[] = [];
  for (let it = await queue.next(sessionId); it; it = await queue.next(sessionId)) {
    delivered.push(`${it.seq} ${it.webhookId}`);
    await queue.delivered(it, db.clock.now());
  }
  return delivered;
}

async function subscribe(db: TestStorage, subscription = SHOP): Promise<DeliveryQueue> {
  await db.storage.subscriptions.add(subscription);
  return db.storage.subscriptions.queueOf(subscription);
}

function several(sessionId: SessionId, prefix: string, count: number) {
  return Array.from({ length: count }, (_, at) => statusUpdate(sessionId, `${prefix}${at}`));
}

contract('subscriptions', (startStorage) => {
  it('keeps them, changes them and removes them', async () => {
    await using db = await startStorage();
    const { subscriptions } = db.storage;
    await subscriptions.add(DESK);
    await subscriptions.add(SHOP);
    expect(await subscriptions.all()).toEqual([SHOP, DESK]);
    const changed = { ...SHOP, events: ['message-received' as const], sessions: [ANA], isPaused: true };
    await subscriptions.change(changed);
    await db.reopen();
    expect(await db.storage.subscriptions.all()).toEqual([changed, DESK]);
    await db.storage.subscriptions.remove(SHOP.id);
    expect(await db.storage.subscriptions.all()).toEqual([DESK]);
  });

  it('receives what happens from its beginning on, whatever the main backend has', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'before'));
    const queue = await subscribe(db);
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(BEA, 'b1'));
    await db.drain(ANA);
    await db.commit(statusUpdate(ANA, 'a2'));

    expect((await queue.sessionsWithPending()).toSorted()).toEqual([ANA, BEA]);
    expect(await queue.next(ANA)).toMatchObject({ sessionId: ANA, seq: 2, webhookId: 'a1', attempts: 0 });
    expect(await drain(db, queue, ANA)).toEqual(['2 a1', '3 a2']);
    expect(await drain(db, queue, BEA)).toEqual(['1 b1']);
    await db.settled();
    expect(await queue.sessionsWithPending()).toEqual([]);
    // The main backend is not concerned.
    expect(await db.drain(ANA)).toEqual(['3 a2']);
  });

  it('lets each go at its own pace, also over a restart', async () => {
    await using db = await startStorage();
    const shop = await subscribe(db);
    const desk = await subscribe(db, DESK);
    await db.commit(...several(ANA, 'a', 3));
    const first = (await shop.next(ANA))!;
    await shop.delivered(first, 1);
    await desk.failed((await desk.next(ANA))!, 'the backend answered 500', 7);
    await db.reopen();

    const { subscriptions } = db.storage;
    expect(await subscriptions.queueOf(SHOP).next(ANA)).toMatchObject({ webhookId: 'a1', attempts: 0 });
    expect(await subscriptions.queueOf(DESK).next(ANA)).toMatchObject({
      ...{ webhookId: 'a0', attempts: 1, firstFailedAtMs: 7 },
    });
    expect(await subscriptions.counts(SHOP, db.clock.now() + 5_000)).toEqual({
      ...{ pending: 2, deadLettered: 0, oldestPendingSeconds: 5 },
    });
  });

  it('receives only its events, of its sessions', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db, { ...SHOP, events: ['qr-update'], sessions: [BEA] });
    const ready: string[] = [];
    const unsubscribe = queue.onReady((sessionId) => ready.push(sessionId));
    await db.commit(statusUpdate(ANA, 'a1'), qr(ANA, 'q1'), statusUpdate(BEA, 'b1'), qr(BEA, 'q2'));

    expect(ready).toEqual([BEA, BEA]);
    unsubscribe();
    expect(await queue.sessionsWithPending()).toEqual([BEA]);
    expect(await drain(db, queue, BEA)).toEqual(['2 q2']);
    await db.commit(statusUpdate(BEA, 'b2'));
    expect(ready).toEqual([BEA, BEA]);
  });

  it('does not look again at what it does not want', async () => {
    await using db = await startStorage();
    const wanted = { ...SHOP, events: ['qr-update' as const] };
    const queue = await subscribe(db, wanted);
    await db.commit(...several(ANA, 'a', 120));
    expect(await queue.next(ANA)).toBeUndefined();

    expect(await queue.sessionsWithPending()).toEqual([]);
    await db.commit(qr(ANA, 'q'));
    expect(await drain(db, queue, ANA)).toEqual(['121 q']);
  });

  it('makes a dead letter of what is given up, and goes on', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    const { subscriptions } = db.storage;
    await db.commit(...several(ANA, 'a', 2));
    await queue.dead((await queue.next(ANA))!, 'the receiver refuses it', 9);

    expect(await drain(db, queue, ANA)).toEqual(['2 a1']);
    const [letter] = await subscriptions.deadLetters(SHOP.id, ALL);
    expect(letter).toEqual({
      ...{ id: letter!.id, webhookId: 'a0', sessionId: ANA, kind: 'status-update' },
      ...{ error: 'the receiver refuses it', atMs: 9 },
    });
    expect(await subscriptions.deadLetters(DESK.id, ALL)).toEqual([]);
    expect(await subscriptions.letterOf(SHOP.id, letter!.id)).toMatchObject({ webhookId: 'a0', seq: 1 });
    expect(await subscriptions.letterOf(DESK.id, letter!.id)).toBeUndefined();
    expect(await subscriptions.removeDeadLetter(SHOP.id, letter!.id)).toBe(true);
    expect(await subscriptions.removeDeadLetter(SHOP.id, letter!.id)).toBe(false);
  });

  it('keeps its place when an undelivered QR leaves the queue', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    await db.commit(qr(ANA, 'q1'), statusUpdate(ANA, 'a1'));
    expect(await drain(db, queue, ANA)).toEqual(['1 q1', '2 a1']);
    // The main backend has had neither: the new QR takes over the row of the old one, and all numbers move up.
    await db.commit(qr(ANA, 'q2'), statusUpdate(ANA, 'a2'));

    expect(await drain(db, queue, ANA)).toEqual(['2 q2', '3 a2']);
  });

  it('is not given a QR that is outdated', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    await db.commit(qr(ANA, 'q1'));
    await db.drain(ANA);
    await db.commit(qr(ANA, 'q2'));
    expect(await drain(db, queue, ANA)).toEqual(['2 q2']);
    await db.commit(qr(BEA, 'q3'));
    await db.clock.advance(180_000);
    expect(await queue.next(BEA)).toBeUndefined();
  });

  it('goes back for a replay, also while an attempt is under way', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    const { subscriptions } = db.storage;
    await db.commit(statusUpdate(ANA, 'a0'));
    await db.clock.advance(1_000);
    const sinceMs = db.clock.now();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    const underWay = (await queue.next(ANA))!;
    await queue.delivered(underWay, 1);
    const second = (await queue.next(ANA))!;
    await queue.delivered(second, 1);
    const third = (await queue.next(ANA))!;
    const ready: string[] = [];
    queue.onReady((sessionId) => ready.push(sessionId));

    expect(await subscriptions.rewind(SHOP.id, ANA, sinceMs)).toBe(2);
    expect(ready).toEqual([ANA]);
    await queue.delivered(third, 1);
    await db.settled();

    expect(await drain(db, queue, ANA)).toEqual(['2 a1', '3 a2']);
    expect(await subscriptions.rewind(SHOP.id, ANA, db.clock.now() + 1)).toBe(0);
    expect(await queue.next(ANA)).toBeUndefined();
  });

  it('waits for an event that is held for its file', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    const holdUntilMs = db.clock.now() + 1_000;
    await db.commit({ ...statusUpdate(ANA, 'held'), holdUntilMs }, statusUpdate(ANA, 'a1'));
    expect(await queue.next(ANA)).toBeUndefined();
    await db.clock.advance(1_000);
    expect(await drain(db, queue, ANA)).toEqual(['1 held', '2 a1']);
  });

  it('forgets where it was, when it is removed, and stores nothing for one that is gone', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    await db.commit(...several(ANA, 'a', 2));
    const callback = (await queue.next(ANA))!;
    await db.storage.subscriptions.remove(SHOP.id);
    await queue.delivered(callback, 1);
    await queue.failed(callback, 'late', 1);
    await queue.dead(callback, 'late', 1);

    // It begins anew, as if it had never been there.
    await db.storage.subscriptions.add(SHOP);
    expect(await db.storage.subscriptions.queueOf(SHOP).sessionsWithPending()).toEqual([]);
    expect(await db.storage.subscriptions.deadLetters(SHOP.id, ALL)).toEqual([]);
  });

  it('removes dead letters with the events of their time', async () => {
    await using db = await startStorage();
    const queue = await subscribe(db);
    await db.commit(statusUpdate(ANA, 'a0'));
    await queue.dead((await queue.next(ANA))!, 'no', db.clock.now());
    await db.drain(ANA);
    const [letter] = await db.storage.subscriptions.deadLetters(SHOP.id, ALL);
    await db.clock.advance(40 * 24 * 3_600_000);
    await db.storage.prune(3_600_000);
    expect(await db.storage.subscriptions.deadLetters(SHOP.id, ALL)).toEqual([]);
    expect(await db.storage.subscriptions.letterOf(SHOP.id, letter!.id)).toBeUndefined();
  });
});
