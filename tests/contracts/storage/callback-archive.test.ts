import { type StoredCallback } from '../../../src/ports/callbacks.ts';
import { type SessionId } from '../../../src/domain/session-id.ts';
import { ANA, BEA, news, qr, startStorage, type TestStorage } from './support.ts';

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

/** What rings from now on: `ready` or `retry`, and for which session. */
function listen(db: TestStorage): string[] {
  const rung: string[] = [];
  db.storage.callbacks.onReady((sessionId) => rung.push(`ready ${sessionId}`));
  db.storage.callbacks.onRetry((sessionId) => rung.push(`retry ${sessionId}`));
  return rung;
}

describe('what is kept of callbacks', () => {
  it('tells everything of one, whatever has become of it', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'));
    await giveUp(db, ANA);
    const [only] = await db.storage.archive.list({}, ALL);
    expect(only).toEqual({
      id: expect.any(Number) as number,
      position: 1,
      webhookId: 'a1',
      sessionId: ANA,
      seq: 1,
      kind: 'status-update',
      body: JSON.stringify(news(ANA, 'a1').event.body),
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

  it('is chosen by state and by session, and given in pages of ids', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'), news(BEA, 'b1'), news(ANA, 'a2'), news(BEA, 'b2'), news(ANA, 'a3'));
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
});

describe('for a key of some sessions', () => {
  it('only callbacks and events of these are given', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'), news(BEA, 'b1'), news(ANA, 'a2'), news(BEA, 'b2'));
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

describe('a retry', () => {
  it('has a dead one wait again as if it had never been tried, before what is newer', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'), news(ANA, 'a2'), news(ANA, 'a3'));
    await giveUp(db, ANA);
    await db.storage.callbacks.delivered((await db.next(ANA))!, 7);
    const rung = listen(db);
    expect(await db.storage.archive.retry((await find(db, 'a1')).id)).toBe(true);
    expect(await db.next(ANA)).toMatchObject({ webhookId: 'a1', seq: 1, attempts: 0, firstFailedAtMs: null });
    expect(await find(db, 'a1')).toMatchObject({ state: 'pending', settledAtMs: null });
    expect(rung).toEqual([`ready ${ANA}`, `retry ${ANA}`]);
    expect(await db.drain(ANA)).toEqual(['1 a1', '3 a3']);
  });

  it('rings for one that waits, and leaves it its tries', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'));
    await db.storage.callbacks.failed((await db.next(ANA))!, 'it did not work', 3);
    const rung = listen(db);
    expect(await db.storage.archive.retry((await find(db, 'a1')).id)).toBe(true);
    expect(await db.next(ANA)).toMatchObject({ attempts: 1, firstFailedAtMs: 3 });
    expect(rung).toEqual([`ready ${ANA}`, `retry ${ANA}`]);
  });

  it('does nothing to one that was settled, to a QR that was given up, or to one that is not there', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'delivered'), news(ANA, 'unwanted'), qr(ANA, 'qr'));
    await db.storage.callbacks.delivered((await db.next(ANA))!, 1);
    await db.storage.callbacks.unwanted((await db.next(ANA))!, 2);
    await giveUp(db, ANA);
    const before = await db.storage.archive.list({}, ALL);
    const rung = listen(db);
    for (const { id } of before) expect(await db.storage.archive.retry(id)).toBe(false);
    expect(await db.storage.archive.retry(99)).toBe(false);
    expect(await db.storage.archive.list({}, ALL)).toEqual(before);
    expect(rung).toEqual([]);
  });

  it('is not what a new callback rings for', async () => {
    await using db = await startStorage();
    const rung = listen(db);
    await db.commit(news(ANA, 'a1'));
    await db.drain(ANA);
    expect(rung).toEqual([`ready ${ANA}`]);
  });
});

describe('a replay', () => {
  it('has what was settled within the time wait again, both ends included, under the same keys and numbers', async () => {
    await using db = await startStorage();
    const startMs = db.clock.now();
    for (const key of ['a1', 'a2', 'a3', 'a4', 'a5']) {
      await db.commit(news(ANA, key), news(BEA, key.replace('a', 'b')));
      await db.clock.advance(1_000);
    }
    await db.storage.callbacks.delivered((await db.next(ANA))!, 1);
    await giveUp(db, ANA);
    await db.storage.callbacks.unwanted((await db.next(ANA))!, 2);
    await db.drain(BEA);
    const rung = listen(db);
    const span = { sessionId: ANA, sinceMs: startMs + 1_000, untilMs: startMs + 3_000 };

    // a2 and a3 were settled; a4 waits already.
    expect(await db.storage.archive.replay(span)).toBe(2);

    expect(await find(db, 'a2')).toMatchObject({ state: 'pending', attempts: 0, firstFailedAtMs: null });
    expect(rung).toEqual([`ready ${ANA}`, `retry ${ANA}`]);
    expect(await db.drain(ANA)).toEqual(['2 a2', '3 a3', '4 a4', '5 a5']);
    expect(await db.next(BEA)).toBeUndefined();
  });

  it('leaves QRs out, so that a newer one never finds two that wait, and no number is given twice', async () => {
    await using db = await startStorage();
    await db.commit(qr(ANA, 'q1'), news(ANA, 'a2'));
    await db.drain(ANA);
    expect(await db.storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: db.clock.now() })).toBe(1);
    await db.commit(qr(ANA, 'q3'), qr(ANA, 'q4'));
    expect(await db.drain(ANA)).toEqual(['2 a2', '3 q4']);
  });

  it('finds those of a session that is gone, and rings for nothing when there are none', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'));
    await db.drain(ANA);
    await db.storage.sessions.remove(ANA, []);
    const rung = listen(db);
    const span = { sinceMs: 0, untilMs: db.clock.now() };
    expect(await db.storage.archive.replay({ ...span, sessionId: BEA })).toBe(0);
    expect(rung).toEqual([]);
    expect(await db.storage.archive.replay({ ...span, sessionId: ANA })).toBe(1);
    expect(await db.drain(ANA)).toEqual(['1 a1']);
  });

  it('outlives a restart', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'));
    await db.drain(ANA);
    await db.storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: db.clock.now() });
    await db.reopen();
    expect(await db.storage.callbacks.sessionsWithPending()).toEqual([ANA]);
  });
});

describe('the events', () => {
  it('come in the order in which they were stored or renewed, and none twice', async () => {
    await using db = await startStorage();
    await db.commit(qr(ANA, 'q1'), news(BEA, 'b1'), news(ANA, 'a2'));
    const { archive } = db.storage;
    const first = await archive.events({ after: 0, limit: 2 });
    await db.commit(qr(ANA, 'q2'), news(BEA, 'b2'));
    const rest = await archive.events({ ...ALL, after: first.at(-1)!.position });
    expect([keys(first), keys(rest)]).toEqual([
      ['q1', 'b1'],
      ['a2', 'q2', 'b2'],
    ]);
    expect(await archive.events({ ...ALL, after: rest.at(-1)!.position })).toEqual([]);
  });

  it('keep their places when they are delivered or replayed', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'a1'), news(BEA, 'b1'), news(ANA, 'a2'));
    const before = (await db.storage.archive.events(ALL)).map(({ position }) => position);
    await db.drain(ANA);
    await db.storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: db.clock.now() });
    const after = await db.storage.archive.events(ALL);
    expect(keys(after)).toEqual(['a1', 'b1', 'a2']);
    expect(after.map(({ position }) => position)).toEqual(before);
  });
});
