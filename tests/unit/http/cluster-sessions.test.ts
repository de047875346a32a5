import type { SessionRecord } from '../../../src/domain/session.ts';
import { ClusterSessions } from '../../../src/http/live/cluster-sessions.ts';
import type { PeerListener } from '../../../src/ports/cluster.ts';
import type { SessionEvent, SessionListener } from '../../../src/sessions/session-events.ts';
import { HandClock } from '../../api/hand-clock.ts';
import { id, recordOf } from '../../api/support.ts';

const A = id('session_1_aaaaaaaaa');
const B = id('session_2_bbbbbbbbb');
const C = id('session_3_ccccccccc');

const online = (sessionId = A, change: Partial<SessionRecord> = {}): SessionRecord =>
  recordOf(sessionId, 'connected', { newChatCap: null, ...change });
const lost = (sessionId = A) => online(sessionId, { phase: 'lost', updatedAtMs: Date.UTC(2024, 1) });
const event = (record: SessionRecord): SessionEvent => ({ kind: 'session', record, onlySeen: false });
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A node whose readers know A and B, of which its peer node-2 runs one, and what these readers are told from then on. */
async function start({ isRead = true } = {}) {
  const clock = new HandClock(1_000);
  const stored = new Map([A, B].map((sessionId) => [sessionId, online(sessionId)]));
  const database = {
    stored,
    asked: 0,
    hold: Promise.resolve<unknown>(undefined),
    failure: undefined as Error | undefined,
  };
  let peers: PeerListener | undefined;
  const local = new Set<SessionListener>();
  const sessions = {
    own: () => [],
    watch: (listener: SessionListener) => {
      local.add(listener);
      return () => local.delete(listener);
    },
    async list() {
      database.asked += 1;
      const records = [...stored.values()];
      await database.hold;
      if (database.failure !== undefined) throw database.failure;
      return records;
    },
  };
  const follow = (listener: PeerListener) => {
    peers = listener;
    return () => (peers = undefined);
  };
  const all = new ClusterSessions({ sessions, peers: { follow }, clock });
  const told: SessionEvent[] = [];
  const stop = all.watch((each) => told.push(each));
  /** What node-2 says, as JSON. */
  const says = (item: unknown, nodeId = 'node-2') => peers!.heard(nodeId, JSON.parse(JSON.stringify(item)));
  const begins = (...records: SessionRecord[]) => {
    records.forEach((record) => says(event(record)));
    says({ kind: 'ready' });
  };
  /** Lets the database be asked. */
  const look = async () => {
    clock.move(5_000);
    await settle();
  };
  if (isRead) {
    await all.list();
    begins(online());
    await look();
  }
  database.asked = 0;
  return {
    ...{ all, clock, database, stored, told, stop, says, begins, look, peers: () => peers },
    emit: (each: SessionEvent) => local.forEach((listener) => listener(each)),
  };
}

describe('the sessions of all nodes', () => {
  it('are told of by the node that has them, once', async () => {
    const { told, says, emit, look, database } = await start();
    says(event(lost()));
    says(event(lost()));
    emit(event(lost(B)));
    says({ kind: 'qr', sessionId: A, expiresAtMs: 5 });
    says({ kind: 'removed', sessionId: A });
    says({ kind: 'removed', sessionId: A });
    emit({ kind: 'removed', sessionId: B });
    const last = [{ kind: 'removed', sessionId: A } as const, { kind: 'removed', sessionId: B } as const];
    expect(told).toEqual([event(lost()), event(lost(B)), { kind: 'qr', sessionId: A, expiresAtMs: 5 }, ...last]);
    database.stored.clear();
    await look();
    expect(told).toHaveLength(5);
  });

  it('are nothing new when a node begins anew', async () => {
    const { told, begins, look, peers } = await start();
    peers()?.silent('node-2');
    begins(online());
    await look();
    expect(told).toEqual([]);
  });

  it('show what was missed while a node was not heard: a change, a start and an end', async () => {
    const { told, begins, look, peers, stored } = await start();
    peers()?.silent('node-2');
    stored.set(A, lost()).set(C, online(C));
    stored.delete(B);
    begins(lost(), online(C));
    expect(told).toEqual([event(lost()), event(online(C))]);
    await look();
    expect(told.slice(2)).toEqual([{ kind: 'removed', sessionId: B }]);
  });

  it('are asked of the database every 5 s while a node is not heard, and no more afterwards', async () => {
    const { told, look, peers, stored, database, begins } = await start();
    peers()?.silent('node-2');
    await look();
    expect([database.asked, told]).toEqual([1, []]);
    stored.set(A, lost());
    await look();
    expect([database.asked, told]).toEqual([2, [event(lost())]]);
    database.failure = new Error('away');
    await look();
    await look();
    expect(database.asked).toBe(4);
    database.failure = undefined;
    begins(lost());
    await look();
    await look();
    await look();
    expect([database.asked, told.length]).toEqual([5, 1]);
  });

  it('are asked of the database when a node has gone', async () => {
    const { look, peers, database } = await start();
    peers()?.silent('node-2');
    await look();
    peers()?.gone('node-2');
    await look();
    await look();
    expect(database.asked).toBe(2);
  });

  it('move without a word', async () => {
    const { told, says, emit, begins, look, peers } = await start();
    says(event(online()), 'node-3');
    begins();
    await look();
    emit(event(online()));
    peers()?.gone('node-2');
    await look();
    expect(told).toEqual([]);
  });

  it('are not shown as they were, when the node before tells of one too late', async () => {
    const { told, says, look, stored } = await start();
    stored.set(A, lost());
    says(event(lost()), 'node-3');
    says(event(online()), 'node-2');
    await look();
    expect(told).toEqual([event(lost())]);
  });

  it('are shown as they are stored, when the clock of the node before was ahead, or that of the next one is behind', async () => {
    const { told, says, look, stored } = await start();
    const ahead = online(A, { phase: 'lost', updatedAtMs: 2 });
    says(event(ahead), 'node-3');
    expect(told).toEqual([]);
    stored.set(A, ahead);
    await look();
    expect(told).toEqual([event(ahead)]);
    const next = online(A, { updatedAtMs: 1 });
    says(event(next), 'node-3');
    expect(told.slice(1)).toEqual([event(next)]);
  });

  it('keep what only their node knows', async () => {
    const { told, all, says, look, stored, peers } = await start();
    const cap = { limit: 20, used: 3, resetsAtMs: null };
    const passkey = { stage: 'wanted', expiresAtMs: 9 } as const;
    const record = online(A, { newChatCap: cap, passkey, lastSeenMs: Date.UTC(2025, 0) });
    says(event(record));
    peers()?.silent('node-2');
    await look();
    expect(told).toEqual([event(record)]);
    expect(await all.list()).toContainEqual(record);
    stored.set(A, lost());
    await look();
    expect(told.slice(1)).toEqual([event({ ...lost(), newChatCap: cap, lastSeenMs: record.lastSeenMs })]);
  });

  it('keep the limit of new conversations when they move, until their next node knows it', async () => {
    const { told, says } = await start();
    const limited = (used: number) => online(A, { newChatCap: { limit: 20, used, resetsAtMs: null } });
    says(event(limited(3)));
    says(event(online(A, { newChatCap: undefined })), 'node-3');
    says(event(limited(4)), 'node-3');
    says(event(online()), 'node-3');
    expect(told).toEqual([event(limited(3)), event(limited(4)), event(online())]);
  });

  it('are not brought back by a database that was asked before', async () => {
    const { told, all, says, database, stored } = await start();
    const gate = Promise.withResolvers<undefined>();
    database.hold = gate.promise;
    const listed = all.list();
    says({ kind: 'removed', sessionId: A });
    says(event(lost(B)));
    stored.delete(A);
    gate.resolve(undefined);
    await listed;
    expect(told).toEqual([{ kind: 'removed', sessionId: A }, event(lost(B))]);
    await all.list();
    expect(told.slice(2)).toEqual([event(online(B))]);
    expect((await all.list()).map(({ sessionId }) => sessionId)).toEqual([B]);
  });

  it('may come back under their id', async () => {
    const { told, all, says } = await start();
    says({ kind: 'removed', sessionId: A });
    says(event(online()), 'node-3');
    await all.list();
    expect(told).toEqual([{ kind: 'removed', sessionId: A }, event(online())]);
  });

  it('are in the first list as they are told of while the database is asked, and not told of once more', async () => {
    const { told, all, says, emit, stored } = await start({ isRead: false });
    const listed = all.list();
    says(event(lost()));
    emit({ kind: 'removed', sessionId: B });
    stored.set(A, lost()).delete(B);
    says(event(online(C)));
    expect(await listed).toEqual([lost(), online(C)]);
    says(event(lost()));
    await all.list();
    expect(told).toEqual([{ kind: 'removed', sessionId: C }]);
  });

  it.each([
    ['null', null],
    ['a kind of a later version', { kind: 'rung', sessionId: A }],
    ['a path', { kind: 'removed', sessionId: '../../etc' }],
    ['a time that is none', { kind: 'qr', sessionId: A, expiresAtMs: 1e300 }],
    ['half a session', { kind: 'session', record: { sessionId: A, phase: 'lost' }, onlySeen: false }],
    ['a phase of a later version', { kind: 'session', record: { ...online(), phase: 'asleep' }, onlySeen: false }],
  ])('do not show %s, but what is stored', async (_what, item) => {
    const { told, says, look, stored } = await start();
    says(item);
    expect(told).toEqual([]);
    stored.set(A, lost());
    await look();
    expect(told).toEqual([event(lost())]);
  });

  it('cost nothing when nobody watches any more', async () => {
    const { stop, look, peers, database } = await start();
    peers()?.silent('node-2');
    stop();
    await look();
    expect([database.asked, peers()]).toEqual([0, undefined]);
  });
});
