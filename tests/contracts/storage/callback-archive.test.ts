import type { SessionId } from '../../../src/domain/session-id.ts';
import type { StoredCallback } from '../../../src/ports/callbacks.ts';
import { ANA, BEA, contract, qr, statusUpdate, type TestStorage } from './support.ts';

const ALL = { after: 0, limit: 500 };

function keys(callbacks: readonly StoredCallback[]): string[] {
  return callbacks.map(({ webhookId }) => webhookId);
}

async function giveUp(db: TestStorage, sessionId: SessionId): Promise<void> {
  const callback = (await db.next(sessionId))!;
  await db.storage.callbacks.failed(callback, 'the backend answered 500', 5);
  await db.storage.callbacks.dead(callback, 'only this delivery fails', 6);
}

async function find(db: TestStorage, webhookId: string): Promise<StoredCallback> {
  const found = (await db.storage.archive.list({}, ALL)).find((it) => it.webhookId === webhookId);
  if (!found) throw new Error(`there is no ${webhookId}`);
  return found;
}

/** The notifications from now on: `ready` or `retry`, and for which session. */
function listen(db: TestStorage): string[] {
  const notified: string[] = [];
  db.storage.callbacks.onReady((sessionId) => notified.push(`ready ${sessionId}`));
  db.storage.callbacks.onRetry((sessionId) => notified.push(`retry ${sessionId}`));
  return notified;
}

contract('the callback archive', (startStorage) => {
  it('has all fields of a callback, in whichever state', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    await giveUp(db, ANA);
    const [only] = await db.storage.archive.list({}, ALL);
    expect(only).toEqual({
      id: expect.any(Number) as number,
      position: expect.any(Number) as number,
      webhookId: 'a1',
      sessionId: ANA,
      seq: 1,
      kind: 'status-update',
      body: JSON.stringify(statusUpdate(ANA, 'a1').event.body),
      state: 'dead',
      attempts: 1,
      createdAtMs: db.clock.now(),
      firstFailedAtMs: 5,
      lastError: 'only this delivery fails',
      settledAtMs: 6,
    });
    expect(await db.storage.archive.find(only!.id)).toEqual(only);
    expect(await db.storage.archive.find(only!.id + 1)).toBeUndefined();
  });

  it('knows of a delivery at once', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    await db.drain(ANA);
    expect(await find(db, 'a1')).toMatchObject({ state: 'delivered' });
  });

  it('filters by state and session, in pages of ids', async () => {
    await using db = await startStorage();
    const ofBoth = ['a1', 'a2'].flatMap((key) => [statusUpdate(ANA, key), statusUpdate(BEA, key.replace('a', 'b'))]);
    await db.commit(...ofBoth, statusUpdate(ANA, 'a3'));
    await giveUp(db, ANA);
    await giveUp(db, BEA);
    const { archive } = db.storage;
    expect(keys(await archive.list({}, ALL))).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
    expect(keys(await archive.list({ state: 'dead' }, ALL))).toEqual(['a1', 'b1']);
    expect(keys(await archive.list({ sessionId: BEA }, ALL))).toEqual(['b1', 'b2']);
    expect(keys(await archive.list({ state: 'pending', sessionId: ANA }, ALL))).toEqual(['a2', 'a3']);
    const [first] = await archive.list({ sessionId: ANA }, { after: 0, limit: 1 });
    expect(keys(await archive.list({ sessionId: ANA }, { after: first!.id, limit: 1 }))).toEqual(['a2']);
  });

  it('lists a session by id, whatever number a renewed QR has got', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), qr(ANA, 'q1'), statusUpdate(ANA, 'a2'), statusUpdate(BEA, 'b1'));
    await db.commit(qr(ANA, 'q2'), statusUpdate(ANA, 'a3'));
    const { archive } = db.storage;
    const listed = async (after: number, limit = 9) => archive.list({ sessionId: ANA }, { after, limit });
    const all = await listed(0);
    expect(all.map(({ webhookId, seq }) => `${webhookId} ${seq}`)).toEqual(['a1 1', 'q2 3', 'a2 2', 'a3 4']);
    const paged = [];
    for (let page = await listed(0, 1); page[0]; page = await listed(page[0].id, 1)) paged.push(...page);
    expect(paged).toEqual(all);
    const bea = await archive.list({ sessionId: BEA, state: 'pending' }, ALL);
    expect(keys(await listed(bea[0]!.id))).toEqual(['a3']);
    await db.drain(ANA);
    expect(await archive.list({ sessionId: ANA, state: 'pending' }, ALL)).toEqual([]);
    expect(keys(await archive.list({ sessionId: ANA, state: 'delivered' }, { after: all[1]!.id, limit: 9 }))).toEqual([
      'a2',
      'a3',
    ]);
  });

  it('returns callbacks and events of some sessions only', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(BEA, 'b1'), statusUpdate(ANA, 'a2'), statusUpdate(BEA, 'b2'));
    await giveUp(db, ANA);
    await giveUp(db, BEA);
    const { archive } = db.storage;
    expect(keys(await archive.list({ among: [BEA] }, ALL))).toEqual(['b1', 'b2']);
    expect(keys(await archive.list({ among: [BEA], state: 'dead' }, ALL))).toEqual(['b1']);
    expect(keys(await archive.list({ among: [BEA, ANA] }, ALL))).toEqual(['a1', 'b1', 'a2', 'b2']);
    expect(keys(await archive.list({ among: [] }, ALL))).toEqual([]);
    expect(keys(await archive.events(ALL, [BEA]))).toEqual(['b1', 'b2']);
    expect(keys(await archive.events({ after: 0, limit: 1 }, [BEA]))).toEqual(['b1']);
  });
});

contract('a retry', (startStorage) => {
  it('makes a dead letter pending as if never attempted, before newer callbacks', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'), statusUpdate(ANA, 'a3'));
    await giveUp(db, ANA);
    await db.storage.callbacks.delivered((await db.next(ANA))!, 7);
    const notified = listen(db);
    expect(await db.storage.archive.retry((await find(db, 'a1')).id)).toBe(true);
    expect(await db.next(ANA)).toMatchObject({ webhookId: 'a1', seq: 1, attempts: 0, firstFailedAtMs: null });
    expect(await find(db, 'a1')).toMatchObject({ state: 'pending', settledAtMs: null });
    expect(notified).toEqual([`ready ${ANA}`, `retry ${ANA}`]);
    expect(await db.drain(ANA)).toEqual(['1 a1', '3 a3']);
  });

  it('notifies for a pending callback, which keeps its attempts', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    await db.storage.callbacks.failed((await db.next(ANA))!, 'refused', 3);
    const notified = listen(db);
    expect(await db.storage.archive.retry((await find(db, 'a1')).id)).toBe(true);
    expect(await db.next(ANA)).toMatchObject({ attempts: 1, firstFailedAtMs: 3 });
    expect(notified).toEqual([`ready ${ANA}`, `retry ${ANA}`]);
  });

  it('does nothing to a delivered or unwanted callback, a dead QR, or an unknown id', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'delivered'), statusUpdate(ANA, 'unwanted'), qr(ANA, 'qr'));
    await db.storage.callbacks.delivered((await db.next(ANA))!, 1);
    await db.storage.callbacks.unwanted((await db.next(ANA))!, 2);
    await giveUp(db, ANA);
    const before = await db.storage.archive.list({}, ALL);
    const notified = listen(db);
    for (const { id } of before) expect(await db.storage.archive.retry(id)).toBe(false);
    expect(await db.storage.archive.retry(99)).toBe(false);
    expect(await db.storage.archive.list({}, ALL)).toEqual(before);
    expect(notified).toEqual([]);
  });

  it('discards a pending callback and a dead letter, and goes on behind them', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'), statusUpdate(ANA, 'a3'));
    await giveUp(db, ANA);
    const notified = listen(db);
    await db.clock.advance(9);
    expect(await db.storage.archive.discard((await find(db, 'a1')).id)).toBe(true);
    expect(await db.storage.archive.discard((await find(db, 'a2')).id)).toBe(true);

    const settledAtMs = db.clock.now();
    const discarded = { state: 'unwanted', lastError: 'it was discarded by request', settledAtMs };
    expect(await find(db, 'a1')).toMatchObject(discarded);
    expect(await find(db, 'a2')).toMatchObject(discarded);
    expect(notified).toEqual([ANA, ANA].flatMap((sessionId) => [`ready ${sessionId}`, `retry ${sessionId}`]));
    expect(await db.drain(ANA)).toEqual(['3 a3']);
    expect(await db.storage.callbacks.counts(0)).toMatchObject({ pending: 0, deadLettered: 0 });
  });

  it('discards one while it is attempted, whatever the outcome', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), qr(ANA, 'q2'));
    for (const webhookId of ['a1', 'q2']) {
      const attempted = (await db.next(ANA))!;
      await db.storage.archive.discard((await find(db, webhookId)).id);
      await db.storage.callbacks.failed(attempted, 'refused', 3);
      await db.storage.callbacks.dead(attempted, 'refused', 3);
      await db.storage.callbacks.delivered(attempted, 3);
      expect(await find(db, webhookId)).toMatchObject({ state: 'unwanted' });
    }
    expect(await db.next(ANA)).toBeUndefined();
  });

  it('discards nothing that was delivered, and nothing twice', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    await db.storage.callbacks.delivered((await db.next(ANA))!, 1);
    await db.storage.archive.discard((await find(db, 'a2')).id);
    const before = await db.storage.archive.list({}, ALL);
    const notified = listen(db);
    expect(await db.storage.archive.discard((await find(db, 'a1')).id)).toBe(false);
    expect(await db.storage.archive.discard((await find(db, 'a2')).id)).toBe(true);
    expect(await db.storage.archive.discard(99)).toBe(false);
    expect(await db.storage.archive.list({}, ALL)).toEqual(before);
    expect(notified).toEqual([]);
  });

  it('tells U+0000 and lone surrogates as U+FFFD, and everything else as it is', async () => {
    await using db = await startStorage();
    const hostile = 'a\0b\ud83dc\udc00 \\u0000 \\\0 \u0001 🦙 "';
    const event = statusUpdate(ANA, 'a1');
    const body = { ...event.event.body, error_message: hostile, [hostile]: [hostile] };
    await db.commit({ ...event, event: { ...event.event, body } as typeof event.event });
    const told = 'a�b�c� \\u0000 \\� \u0001 🦙 "';
    const expected = { error_message: told, [told]: [told] };
    expect(JSON.parse((await db.next(ANA))!.body)).toMatchObject(expected);
    expect(JSON.parse((await find(db, 'a1')).body!)).toMatchObject(expected);
    const [pulled] = await db.storage.archive.events(ALL);
    expect(JSON.parse(pulled!.body!)).toMatchObject(expected);
  });

  it('is not signalled by a new callback', async () => {
    await using db = await startStorage();
    const notified = listen(db);
    await db.commit(statusUpdate(ANA, 'a1'));
    await db.drain(ANA);
    expect(notified).toEqual([`ready ${ANA}`]);
  });
});

contract('a replay', (startStorage) => {
  it('makes settled callbacks of the period pending, both ends included, under the same keys and numbers', async () => {
    await using db = await startStorage();
    const startMs = db.clock.now();
    for (const key of ['a1', 'a2', 'a3', 'a4', 'a5']) {
      await db.commit(statusUpdate(ANA, key), statusUpdate(BEA, key.replace('a', 'b')));
      await db.clock.advance(1_000);
    }
    await db.storage.callbacks.delivered((await db.next(ANA))!, 1);
    await giveUp(db, ANA);
    await db.storage.callbacks.unwanted((await db.next(ANA))!, 2);
    await db.drain(BEA);
    const notified = listen(db);
    const span = { sessionId: ANA, sinceMs: startMs + 1_000, untilMs: startMs + 3_000 };

    // a2 and a3 were settled; a4 is pending already.
    expect(await db.storage.archive.replay(span)).toBe(2);

    expect(await find(db, 'a2')).toMatchObject({ state: 'pending', attempts: 0, firstFailedAtMs: null });
    expect(notified).toEqual([`ready ${ANA}`, `retry ${ANA}`]);
    expect(await db.drain(ANA)).toEqual(['2 a2', '3 a3', '4 a4', '5 a5']);
    expect(await db.next(BEA)).toBeUndefined();
  });

  it('leaves QRs out, so that a newer one never finds two pending ones, and no number is used twice', async () => {
    await using db = await startStorage();
    await db.commit(qr(ANA, 'q1'), statusUpdate(ANA, 'a2'));
    await db.drain(ANA);
    expect(await db.storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: db.clock.now() })).toBe(1);
    await db.commit(qr(ANA, 'q3'), qr(ANA, 'q4'));
    expect(await db.drain(ANA)).toEqual(['2 a2', '3 q4']);
  });

  it('finds the callbacks of a removed session, and notifies nobody when there are none', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    await db.drain(ANA);
    await db.storage.sessions.remove(ANA, []);
    const notified = listen(db);
    const span = { sinceMs: 0, untilMs: db.clock.now() };
    expect(await db.storage.archive.replay({ ...span, sessionId: BEA })).toBe(0);
    expect(notified).toEqual([]);
    expect(await db.storage.archive.replay({ ...span, sessionId: ANA })).toBe(1);
    expect(await db.drain(ANA)).toEqual(['1 a1']);
  });

  it('survives a restart', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    await db.drain(ANA);
    await db.storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: db.clock.now() });
    await db.reopen();
    expect(await db.storage.callbacks.sessionsWithPending()).toEqual([ANA]);
  });
});

contract('the events', (startStorage) => {
  it('come in the order in which they were stored or renewed, each once', async () => {
    await using db = await startStorage();
    await db.commit(qr(ANA, 'q1'), statusUpdate(BEA, 'b1'), statusUpdate(ANA, 'a2'));
    const { archive } = db.storage;
    const first = await archive.events({ after: 0, limit: 2 });
    await db.commit(qr(ANA, 'q2'), statusUpdate(BEA, 'b2'));
    const rest = await archive.events({ ...ALL, after: first.at(-1)!.position });
    expect([keys(first), keys(rest)]).toEqual([
      ['q1', 'b1'],
      ['a2', 'q2', 'b2'],
    ]);
    expect(await archive.events({ ...ALL, after: rest.at(-1)!.position })).toEqual([]);
  });

  it('keep their positions when they are delivered or replayed', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(BEA, 'b1'), statusUpdate(ANA, 'a2'));
    const before = (await db.storage.archive.events(ALL)).map(({ position }) => position);
    await db.drain(ANA);
    await db.storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: db.clock.now() });
    const after = await db.storage.archive.events(ALL);
    expect(keys(after)).toEqual(['a1', 'b1', 'a2']);
    expect(after.map(({ position }) => position)).toEqual(before);
  });
});
