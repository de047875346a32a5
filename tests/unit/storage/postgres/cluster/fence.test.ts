import type { PendingCallback } from '../../../../../src/ports/callbacks.ts';
import { SessionLostError } from '../../../../../src/domain/errors.ts';
import { ANA, BEA, qr, record, statusUpdate } from '../../../../contracts/storage/support.ts';
import { emptyPostgresUrl } from '../../../../harness/shared-postgres.ts';
import { INTERNAL, LATER, OTHERS, SHOP, type Stored, WRITES } from './fenced-methods.ts';
import { execute, joined, type TestNode } from './nodes.ts';

const LIMITS = { maxSessions: 0, maxPendingSessions: 100 };
const NOTE = { atMs: 1, what: 'created', why: null } as const;

/** Everything in the database, but who owns what. */
async function contents(url: string): Promise<Map<string, string>> {
  const tables = await execute(url, `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`);
  const parts = tables
    .map(({ tablename }) => String(tablename))
    .filter((table) => !['nodes', 'ownership', 'cluster'].includes(table))
    .map((table) => `SELECT '${table}' AS name, string_agg(r::text, ' ' ORDER BY r::text) AS rows FROM ${table} AS r`);
  const rows = await execute(url, parts.join(' UNION ALL '));
  return new Map(rows.map(({ name, rows: text }) => [String(name), String(text)]));
}

describe('a node that has lost a session', () => {
  let url: string;
  let node: TestNode;
  let stored: Stored;

  beforeAll(async () => {
    url = await emptyPostgresUrl();
    node = await joined(url, 'a');
    const { storage } = node;
    await storage.sessions.create(record(ANA), NOTE, LIMITS);
    const { sessions, signalKeys, sentMessages, callbacks, archive, subscriptions } = storage;
    await subscriptions.add(SHOP);
    const instead = { event: statusUpdate(ANA, 'i').event, webhookId: 'i' };
    await sessions.commit(record(ANA), [statusUpdate(ANA, 'dead'), qr(ANA, 'q1')]);
    await sessions.commit(record(ANA), [{ ...statusUpdate(ANA, 'p1'), instead }]);
    await sessions.commit(record(ANA), [{ ...statusUpdate(ANA, 'held'), holdUntilMs: Date.now() + 3_600_000 }]);
    await sessions.commit(record(ANA), [], {
      awaited: { lid: '1@lid', webhookId: 'p1', correctionId: 'c', unless: null },
    });
    await signalKeys.set(ANA, [{ type: 'session', id: '1', value: 'nuevo' }]);
    await sentMessages.add(ANA, { messageId: 'M1', to: '1@lid', toNumber: null, content: Buffer.from('x') });
    await callbacks.dead((await callbacks.next(ANA))!, 'no', 1);
    const rows = await archive.list({ sessionId: ANA }, { after: 0, limit: 9 });
    const named = (id: string) => rows.find(({ webhookId }) => webhookId === id) as PendingCallback;
    stored = { storage, pending: named('p1'), dead: named('dead') };
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
  });

  /** Another node takes the session, without this one's knowledge. */
  async function lose(): Promise<void> {
    await execute(url, 'UPDATE ownership SET owner = NULL, incarnation = NULL, wanted_by = NULL');
    await node.storage.ownership.claim(10);
    await execute(url, `UPDATE ownership SET owner = 'b', incarnation = gen_random_uuid(), epoch = epoch + 1`);
  }

  it.each(Object.entries(WRITES))('writes nothing by %s', async (_name, call) => {
    await lose();
    const before = await contents(url);
    const lost: string[] = [];
    node.storage.ownership.onLost((sessionIds) => lost.push(...sessionIds));

    await expect(call(stored)).rejects.toThrow(SessionLostError);

    expect(await contents(url)).toEqual(before);
    expect(lost).toEqual([ANA]);
    // From now on it knows.
    await expect(call(stored)).rejects.toThrow(SessionLostError);
    expect(lost).toEqual([ANA]);
  });

  it.each(Object.entries(LATER))('writes nothing by %s, for which nobody waits', async (_name, call) => {
    await lose();
    const before = await contents(url);

    await call(stored);

    await node.storage.callbacks.counts(0);
    expect(await contents(url)).toEqual(before);
  });

  it('writes again once it has claimed the session', async () => {
    await lose();
    await expect(node.storage.signalKeys.saveCredentials(ANA, 'x')).rejects.toThrow(SessionLostError);
    await execute(url, 'UPDATE ownership SET owner = NULL, incarnation = NULL');
    await node.storage.ownership.claim(1);

    await node.storage.signalKeys.saveCredentials(ANA, 'nuevas');
    expect(await node.storage.signalKeys.credentials(ANA)).toBe('nuevas');
  });

  it('goes on with its other sessions, which were in the same transaction', async () => {
    await node.storage.sessions.create(record(BEA), NOTE, LIMITS);
    await lose();
    await execute(
      url,
      `UPDATE ownership SET owner = 'a', incarnation = $1, epoch = epoch - 1 WHERE session_id = '${BEA}'`,
      [node.node.incarnation],
    );

    const written = await Promise.allSettled([
      node.storage.signalKeys.saveCredentials(BEA, '1'),
      node.storage.signalKeys.saveCredentials(ANA, '1'),
      node.storage.settings.set('x', '1'),
      node.storage.signalKeys.saveCredentials(BEA, '2'),
    ]);

    expect(written.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(await node.storage.signalKeys.credentials(BEA)).toBe('2');
    expect([...node.storage.ownership.owned]).toEqual([BEA]);
  });

  it('is tested with every method of every store', () => {
    const methods = Object.entries(node.storage).flatMap(([name, store]) => methodsOf(name, store as object | null));
    const queue = node.storage.subscriptions.queueOf(SHOP);
    methods.push(...methodsOf('subscriptionQueue', queue));
    const known = [...Object.keys(WRITES), ...Object.keys(LATER), ...OTHERS, ...INTERNAL];
    expect(methods.toSorted()).toEqual(known.toSorted());
  });
});

/** The methods of a store, or nothing for what is none: the parts of the cluster, and single functions. */
function methodsOf(name: string, store: object | null): string[] {
  // `backup`: PostgreSQL has tools of its own.
  if (store === null) return [];
  if (['membership', 'ownership', 'numberLock', 'browserTokens', 'masterKey'].includes(name)) return [];
  const prototype = Object.getPrototypeOf(store) as object;
  if (prototype === Function.prototype || prototype === Object.prototype) return [];
  if (typeof store === 'function') return [];
  return Object.getOwnPropertyNames(prototype)
    .filter((method) => method !== 'constructor')
    .map((method) => `${name}.${method}`);
}
