import request from 'supertest';
import type { Storage } from '../../src/ports/storage.ts';
import { sqliteIn } from '../contracts/storage/implementations.ts';
import {
  ANA,
  BEA,
  qr,
  record,
  startStorage,
  statusUpdate,
  testFolder,
  type TestStorage,
} from '../contracts/storage/support.ts';
import { tamper } from '../harness/sqlite-file.ts';
import { startApi } from './support.ts';

const NOW = '2024-01-15T10:30:00.000Z';

/** The API on a real database. */
function apiOver(db: TestStorage) {
  const { app, lines } = startApi({ callbacks: db.storage.archive });
  return {
    lines,
    get: async (path: string) => (await request(app).get(path)) as { status: number; body: any },
    post: async (path: string, body: object = {}) =>
      (await request(app).post(path).send(body)) as { status: number; body: any },
  };
}

async function giveUp(storage: Storage, db: TestStorage): Promise<void> {
  const next = await db.next(ANA);
  if (next) await storage.callbacks.dead(next, 'only this delivery fails', db.clock.now());
}

describe('GET /callbacks', () => {
  it('lists them in order, by state and session, without their bodies', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(BEA, 'b1'), statusUpdate(ANA, 'a2'));
    await giveUp(db.storage, db);
    const api = apiOver(db);

    const { body } = await api.get('/callbacks');
    expect(body.data.map(({ webhookId }: { webhookId: string }) => webhookId)).toEqual(['a1', 'b1', 'a2']);
    expect(body.nextAfter).toBeNull();
    expect(body.data[0]).toEqual({
      id: 1,
      webhookId: 'a1',
      sessionId: ANA,
      seq: 1,
      event: 'status-update',
      path: '/api/whatsapp/sessions/status-update',
      state: 'dead',
      attempts: 0,
      createdAt: NOW,
      firstFailedAt: null,
      lastError: 'only this delivery fails',
      settledAt: NOW,
    });
    const ids = async (query: string) =>
      (await api.get(`/callbacks${query}`)).body.data.map(({ webhookId }: { webhookId: string }) => webhookId);
    expect(await ids('?state=dead')).toEqual(['a1']);
    expect(await ids(`?state=pending&sessionId=${ANA}`)).toEqual(['a2']);
    expect(await ids(`?sessionId=${BEA}`)).toEqual(['b1']);
  });

  it('is paginated', async () => {
    await using db = await startStorage();
    await db.commit(...['a1', 'a2', 'a3', 'a4', 'a5'].map((id) => statusUpdate(ANA, id)));
    const api = apiOver(db);

    const seen: string[] = [];
    for (let after: number | null = 0; after !== null;) {
      const { body } = await api.get(`/callbacks?limit=2&after=${after}`);
      seen.push(...body.data.map(({ webhookId }: { webhookId: string }) => webhookId));
      after = body.nextAfter;
    }
    expect(seen).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('returns a hundred per page by default, and ignores unknown parameters', async () => {
    await using db = await startStorage();
    await db.storage.sessions.commit(
      record(ANA),
      Array.from({ length: 101 }, (_, i) => statusUpdate(ANA, `a${i}`)),
    );
    const { body } = await apiOver(db).get('/callbacks?colour=blue');
    expect([body.data.length, body.nextAfter]).toEqual([100, body.data[99].id]);
    expect((await apiOver(db).get('/callbacks?limit=500')).body.data).toHaveLength(101);
  });

  it.each([
    ['state=lost', 'The parameter "state" must be one of pending, delivered, dead, unwanted.'],
    ['sessionId=../etc', 'The parameter "sessionId" is not the id of a session.'],
    ['limit=0', 'The parameter "limit" must be a whole number from 1 to 500.'],
    ['limit=501', 'The parameter "limit" must be a whole number from 1 to 500.'],
    ['limit=ten', 'The parameter "limit" must be a whole number from 1 to 500.'],
    ['after=-1', 'The parameter "after" must be a whole number, as an earlier response returned it.'],
    ['after=1&after=2', 'The parameter "after" must be a whole number, as an earlier response returned it.'],
  ])('refuses %s', async (query, message) => {
    await using db = await startStorage();
    expect(await apiOver(db).get(`/callbacks?${query}`)).toMatchObject({
      status: 400,
      body: { success: false, error: 'invalid_query', message },
    });
  });
});

describe('GET /callbacks/:id', () => {
  it('returns the body', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    const { status, body } = await apiOver(db).get('/callbacks/1');
    expect([status, body.data.webhookId, body.data.body.session_id]).toEqual([200, 'a1', ANA]);
  });

  it.each(
    ['2', '0', '-1', 'x', '1.5', '1e0', '0x1', '%201', '..%2f1', '%00', '99999999999999999999'].map(
      (id) => `/callbacks/${id}`,
    ),
  )('finds nothing at %s', async (path) => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    expect(await apiOver(db).get(path)).toMatchObject({ status: 404, body: { error: 'callback_not_found' } });
  });
});

describe('POST /callbacks/:id/discard', () => {
  it('settles a pending one and a dead one, and the others go on', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'), statusUpdate(ANA, 'a3'));
    await giveUp(db.storage, db);
    for (const id of [1, 2]) {
      const { status, body } = await apiOver(db).post(`/callbacks/${id}/discard`);
      expect([status, body.data]).toMatchObject([200, { id, state: 'unwanted', settledAt: expect.any(String) }]);
    }
    expect(await db.drain(ANA)).toEqual(['3 a3']);
    expect((await apiOver(db).get('/callbacks?state=unwanted')).body.data).toHaveLength(2);
  });

  it('refuses a delivered one and an unknown one', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    await db.drain(ANA);
    const refused = { status: 409, body: { error: 'callback_delivered' } };
    expect(await apiOver(db).post('/callbacks/1/discard')).toMatchObject(refused);
    const unknown = { status: 404, body: { error: 'callback_not_found' } };
    expect(await apiOver(db).post('/callbacks/2/discard')).toMatchObject(unknown);
  });
});

describe('POST /callbacks/:id/retry', () => {
  it('makes a dead one pending again, ahead of newer ones', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2'));
    await giveUp(db.storage, db);
    const { status, body } = await apiOver(db).post('/callbacks/1/retry');
    expect([status, body.data]).toMatchObject([
      200,
      { webhookId: 'a1', state: 'pending', attempts: 0, settledAt: null },
    ]);
    expect(await db.drain(ANA)).toEqual(['1 a1', '2 a2']);
  });

  it('keeps a pending one in its place', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    expect(await apiOver(db).post('/callbacks/1/retry')).toMatchObject({ status: 200, body: { data: { id: 1 } } });
    expect(await db.drain(ANA)).toEqual(['1 a1']);
  });

  it('refuses a delivered one', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'));
    await db.drain(ANA);
    expect(await apiOver(db).post('/callbacks/1/retry')).toMatchObject({
      status: 409,
      body: { error: 'callback_not_repeatable' },
    });
    expect(await apiOver(db).post('/callbacks/2/retry')).toMatchObject({
      status: 404,
      body: { error: 'callback_not_found' },
    });
  });

  it('refuses a dead QR: a newer one may be pending', async () => {
    await using db = await startStorage();
    await db.commit(qr(ANA, 'q1'));
    await giveUp(db.storage, db);
    await db.commit(qr(ANA, 'q2'));
    expect((await apiOver(db).post('/callbacks/1/retry')).status).toBe(409);
    expect(await db.drain(ANA)).toEqual(['2 q2']);
  });
});

describe('POST /callbacks/replay', () => {
  it('makes all callbacks of a period pending again, in order and with the same numbers', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'too early'));
    await db.clock.advance(1_000);
    await db.commit(statusUpdate(ANA, 'a2'), statusUpdate(BEA, 'of another'), qr(ANA, 'q3'), statusUpdate(ANA, 'a4'));
    await db.clock.advance(1_000);
    await db.commit(statusUpdate(ANA, 'too late'));
    await db.drain(ANA);
    await db.drain(BEA);
    const span = { sessionId: ANA, since: '2024-01-15T10:30:01Z', until: '2024-01-15T07:30:01.500-03:00' };

    expect(await apiOver(db).post('/callbacks/replay', span)).toMatchObject({ status: 200, body: { count: 2 } });

    expect(await db.drain(ANA)).toEqual(['2 a2', '4 a4']);
    expect(await db.drain(BEA)).toEqual([]);
  });

  it('counts zero for an unknown session', async () => {
    await using db = await startStorage();
    const span = { sessionId: 'session_1_unknown00', since: '2024-01-15T10:30:00Z', until: '2024-01-15T10:30:00Z' };
    expect((await apiOver(db).post('/callbacks/replay', span)).body).toEqual({ success: true, count: 0 });
  });

  it.each([
    [{ sessionId: '../etc' }, 'The field "sessionId" is not the id of a session.'],
    [{ since: 'yesterday' }, 'The field "since" must be a time such as 2024-01-15T10:30:00Z.'],
    [{ until: undefined }, 'The field "until" must be a time such as 2024-01-15T10:30:00Z.'],
    [{ until: '2024-01-14T10:30:00Z' }, 'The field "until" must not be before "since".'],
  ])('refuses %j', async (change, message) => {
    await using db = await startStorage();
    const span = { sessionId: ANA, since: '2024-01-15T10:30:00Z', until: '2024-01-15T10:31:00Z', ...change };
    expect(await apiOver(db).post('/callbacks/replay', span)).toMatchObject({
      status: 400,
      body: { error: 'invalid_body', message },
    });
  });
});

describe('GET /events', () => {
  it('returns the events of all sessions in order, whatever their state, each once', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'a1'), qr(BEA, 'q1'), statusUpdate(ANA, 'a2'), qr(BEA, 'q2'));
    await db.drain(ANA);
    const api = apiOver(db);

    const first = (await api.get('/events?limit=2')).body;
    const rest = (await api.get(`/events?after=${first.nextCursor}`)).body;
    const nothing = (await api.get(`/events?after=${rest.nextCursor}`)).body;

    // The renewed QR replaced the older one, and has the position of its renewal.
    const seen = [...first.data, ...rest.data].map(({ webhookId, state }) => [webhookId, state]);
    expect(seen).toEqual([
      ['a1', 'delivered'],
      ['a2', 'delivered'],
      ['q2', 'pending'],
    ]);
    expect(first.data[0]).toEqual({
      cursor: 1,
      webhookId: 'a1',
      sessionId: ANA,
      seq: 1,
      path: '/api/whatsapp/sessions/status-update',
      state: 'delivered',
      createdAt: NOW,
      body: expect.objectContaining({ session_id: ANA }) as object,
    });
    expect(nothing).toEqual({ success: true, data: [], nextCursor: rest.nextCursor });
    await db.commit(statusUpdate(BEA, 'b2'));
    expect((await api.get(`/events?after=${rest.nextCursor}`)).body.data).toMatchObject([{ webhookId: 'b2' }]);
  });

  it('refuses an invalid cursor', async () => {
    await using db = await startStorage();
    expect(await apiOver(db).get('/events?after=a1')).toMatchObject({ status: 400, body: { error: 'invalid_query' } });
  });
});

describe('a callback that was tampered with in the database', () => {
  it('does not affect others: it is listed, shown without its body, retried, and left out of the events', async () => {
    const folder = await testFolder();
    await using db = await startStorage(sqliteIn(folder));
    await db.commit(...['a1', 'a2', 'a3', 'a4'].map((id) => statusUpdate(ANA, id)));
    await giveUp(db.storage, db);
    await db.storage[Symbol.asyncDispose]();
    tamper(folder, (it) => it.exec("UPDATE callbacks SET body = 'AAAA' WHERE webhook_id IN ('a1', 'a2', 'a4')"));
    await db.reopen();
    const api = apiOver(db);

    expect((await api.get('/callbacks')).body.data).toHaveLength(4);
    expect((await api.get('/callbacks/1')).body.data).toMatchObject({ webhookId: 'a1', state: 'dead', body: null });
    expect((await api.post('/callbacks/1/retry')).body.data).toMatchObject({ state: 'pending' });
    // A page without readable events is skipped: an empty page would mean that there are no more.
    const { data, nextCursor } = (await api.get('/events?limit=2')).body;
    expect(data).toMatchObject([{ webhookId: 'a3', body: { session_id: ANA } }]);
    expect(nextCursor).toBe(4);
    expect(api.lines.filter(({ level }) => level >= 50).map(({ webhookId }) => webhookId)).toEqual(['a1', 'a2', 'a4']);
  });
});
