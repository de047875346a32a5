import type { Lease } from '../../../../../src/ports/ownership.ts';
import { SessionLostError } from '../../../../../src/domain/errors.ts';
import { untilTrue } from '../../../../harness/until.ts';
import { connectionName } from '../../../../../src/storage/postgres/cluster/node-name.ts';
import { ANA, BEA, record, statusUpdate } from '../../../../contracts/storage/support.ts';
import { emptyPostgresUrl } from '../../../../harness/shared-postgres.ts';
import { SkippingClock } from '../../../../harness/skipping-clock.ts';
import { TcpRelay } from '../../../../harness/tcp-relay.ts';
import { connected, execute, joined } from './nodes.ts';

const LIMITS = { maxSessions: 0, maxPendingSessions: 2 };
const NOTE = { atMs: 1, what: 'created', why: null } as const;

describe('what a node writes', () => {
  it('of a session that it never owned is refused without asking the database', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await expect(first.storage.sessions.commit(record(ANA), [])).rejects.toThrow(SessionLostError);
    await expect(first.storage.signalKeys.forget(ANA)).rejects.toMatchObject({ code: 'session_moving' });
  });

  it('waits for nothing while its lease is over: it is refused, but for what is of no session', async () => {
    const url = await emptyPostgresUrl();
    const lease = { isHeld: true };
    await using first = await joined(url, 'a', { lease });
    await first.storage.sessions.create(record(ANA), NOTE, LIMITS);
    lease.isHeld = false;

    const written = first.storage.signalKeys.saveCredentials(ANA, 'x');
    await expect(written).rejects.toMatchObject({ code: 'storage_unavailable' });
    await first.storage.settings.set('x', '1');

    lease.isHeld = true;
    expect(await first.storage.signalKeys.credentials(ANA)).toBeUndefined();
    await first.storage.signalKeys.saveCredentials(ANA, 'y');
  });

  it('is tried again while the database is away for as long as the lease is held, and not longer', async () => {
    const address = new URL(await emptyPostgresUrl());
    await using relay = await TcpRelay.start(Number(address.port));
    address.port = String(relay.port);
    const clock = new SkippingClock();
    const lease: Lease & { untilMs: number } = {
      untilMs: Infinity,
      get isHeld() {
        return clock.monotonic() < this.untilMs;
      },
    };
    await using first = await joined(address.href, 'a', { lease, clock });
    await first.storage.sessions.create(record(ANA), NOTE, LIMITS);
    relay.goAway();
    // Longer than a single process tries.
    lease.untilMs = clock.monotonic() + 12_000;

    const startedMs = clock.monotonic();
    const refused = first.storage.signalKeys.saveCredentials(ANA, 'x');
    await expect(clock.fastForwardUntil(refused)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(clock.monotonic() - startedMs).toBeGreaterThan(11_000);
    relay.comeBack();
  });

  it('before it releases a session is stored first, and what comes after it is refused', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await first.storage.sessions.create(record(ANA), NOTE, LIMITS);
    const other = await connected(url);
    // Holds the lane up, so that the next write stays in its queue.
    await other.query('BEGIN');
    await other.query('LOCK TABLE settings IN EXCLUSIVE MODE');
    const heldUp = first.storage.settings.set('x', '1');
    for (;;) {
      const waiting = await execute(
        url,
        `SELECT 1 FROM pg_locks WHERE relation = 'settings'::regclass AND NOT granted`,
      );
      if (waiting.length > 0) break;
    }
    const queued = first.storage.signalKeys.saveCredentials(ANA, 'vieja').catch((error: unknown) => error);
    const released = first.storage.ownership.release([ANA], null);
    await other.query('COMMIT');
    await other.end();
    await Promise.all([heldUp, released]);

    // What was written before the release is stored before it.
    expect(await queued).toBeUndefined();
    await expect(first.storage.signalKeys.saveCredentials(ANA, 'tarde')).rejects.toThrow(SessionLostError);
    expect(await first.storage.ownership.claim(1)).toEqual([ANA]);
    expect(await first.storage.signalKeys.credentials(ANA)).toBe('vieja');
  });

  it('is waited for by a claim, and comes to nothing when it comes after one', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    await first.storage.sessions.create(record(ANA), NOTE, LIMITS);
    // The node freezes in the middle of a transaction.
    const { nodeId, incarnation } = first.node;
    const frozen = await connected(url, connectionName(first.node));
    const fence = 'SELECT fence($1, $2, $3, $4)';
    await frozen.query('BEGIN');
    await frozen.query(fence, [[ANA], [1], nodeId, incarnation]);
    await frozen.query(`UPDATE sessions SET error_message = 'tarde' WHERE session_id = $1`, [ANA]);
    await execute(url, `UPDATE nodes SET dead = true WHERE node_id = 'a'`);
    expect(await second.storage.ownership.claim(1)).toEqual([]);
    await execute(url, `UPDATE nodes SET dead = false WHERE node_id = 'a'`);

    // The burial ends its connections, and with them what it holds.
    await second.storage.membership.bury(first.node, 0);

    let claimed: string[] = [];
    while (claimed.length === 0) claimed = await second.storage.ownership.claim(1);
    await expect(frozen.query('COMMIT')).rejects.toThrow();
    expect(await second.storage.sessions.some([ANA])).toMatchObject([{ errorMessage: null }]);
    await expect(execute(url, fence, [[ANA], [1], nodeId, incarnation])).rejects.toMatchObject({
      ...{ code: 'WA001', detail: JSON.stringify([ANA]) },
    });
    await expect(first.storage.signalKeys.saveCredentials(ANA, 'tarde')).rejects.toThrow(SessionLostError);
  });

  it('encrypts with the data key that the owner before it has created', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    await first.storage.sessions.create(record(ANA), NOTE, LIMITS);
    await first.storage.signalKeys.saveCredentials(ANA, 'de a');
    // This one would create another data key, if it wrote.
    await expect(second.storage.signalKeys.saveCredentials(ANA, 'de b')).rejects.toThrow(SessionLostError);
    await first.storage.ownership.release([ANA], 'b');
    await second.storage.ownership.claim(1);

    expect(await second.storage.signalKeys.credentials(ANA)).toBe('de a');
    await second.storage.signalKeys.saveCredentials(ANA, 'de b');
    await second.storage.ownership.release([ANA], 'a');
    await first.storage.ownership.claim(1);
    expect(await first.storage.signalKeys.credentials(ANA)).toBe('de b');
    expect(await first.storage.damagedValues.count()).toBe(0);
  });
});

describe('sessions that nodes create and remove', () => {
  it('stay within the limits of all nodes together', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    const created = await Promise.allSettled(
      [ANA, BEA, 'session_3_c', 'session_4_d'].map((sessionId, at) =>
        [first, second][at % 2]!.storage.sessions.create(record(sessionId as typeof ANA), NOTE, LIMITS),
      ),
    );

    expect(created.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(created.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'too_many_pending_sessions' },
    });
    expect(first.storage.ownership.owned.size + second.storage.ownership.owned.size).toBe(2);
    expect(await first.storage.ownership.counts()).toEqual({ all: 2, unowned: 0 });
    expect(await second.storage.sessions.counts()).toEqual(new Map([['pairing', 2]]));
  });

  it('have an owner until their last callback is settled', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    const { sessions, callbacks, ownership, archive } = first.storage;
    await sessions.create(record(ANA), NOTE, LIMITS);
    await sessions.create(record(BEA), NOTE, LIMITS);
    await sessions.remove(BEA, []);
    await sessions.remove(ANA, [statusUpdate(ANA, 'gone')]);

    expect([...ownership.owned]).toEqual([ANA]);
    expect(await ownership.ownerOf(BEA)).toBeUndefined();
    await callbacks.dead((await callbacks.next(ANA))!, 'no', 1);
    await first.storage.prune(0);
    expect(await ownership.ownerOf(ANA)).toBeDefined();
    await execute(url, `UPDATE ownership SET changed_at = now() - interval '2 hours'`);
    // Another node removes what is too old right now.
    const pruning = await connected(url);
    await pruning.query('SELECT pg_advisory_lock(41731, hashtext(current_schema()))');
    await first.storage.prune(0);
    expect(await ownership.ownerOf(ANA)).toBeDefined();
    await pruning.end();
    await untilTrue(async () => {
      await first.storage.prune(0);
      return (await ownership.ownerOf(ANA)) === undefined;
    });

    // Whoever retries its dead letter gets it.
    await using second = await joined(url, 'b');
    const [dead] = await archive.list({ sessionId: ANA }, { after: 0, limit: 1 });
    expect(await second.storage.archive.retry(dead!.id)).toBe(true);
    expect([...second.storage.ownership.owned]).toEqual([ANA]);
    expect(await second.storage.callbacks.next(ANA)).toMatchObject({ webhookId: 'gone' });
  });

  it('are read by each node as far as they are its own, where it acts on them', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    const message = { messageId: 'M1', to: '1@lid', toNumber: null, content: Buffer.from('x') };
    for (const [node, sessionId] of [[first, ANA] as const, [second, BEA] as const]) {
      await node.storage.sessions.create(record(sessionId), NOTE, LIMITS);
      await node.storage.sessions.commit(record(sessionId), [statusUpdate(sessionId, `${sessionId} 1`)]);
      await node.storage.sentMessages.add(sessionId, message);
    }

    expect(await first.storage.callbacks.sessionsWithPending()).toEqual([ANA]);
    expect(await second.storage.callbacks.sessionsWithPending()).toEqual([BEA]);
    expect(await second.storage.sentMessages.unanswered(Date.now() + 1)).toMatchObject([{ sessionId: BEA }]);
    expect(await second.storage.callbacks.counts(0)).toMatchObject({ pending: 1 });
    expect(await second.storage.sessions.all()).toHaveLength(2);
    expect(await second.storage.sessions.some([ANA])).toMatchObject([{ sessionId: ANA }]);
  });
});

it('announces a number on one node at a time', async () => {
  const url = await emptyPostgresUrl();
  await using first = await joined(url, 'a');
  await using second = await joined(url, 'b');
  const number = '5491155550001' as Parameters<typeof first.storage.numberLock.holding>[0];
  const order: string[] = [];
  const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>();
  const { promise: over, resolve: end } = Promise.withResolvers<undefined>();
  const work = first.storage.numberLock.holding(number, async () => {
    begin(undefined);
    await over;
    order.push('a');
  });
  await begun;
  const other = second.storage.numberLock.holding(number, () => Promise.resolve(order.push('b')));
  await second.storage.numberLock.holding(`${number}1` as typeof number, () => Promise.resolve(order.push('else')));

  end(undefined);
  await Promise.all([work, other]);
  expect(order).toEqual(['else', 'a', 'b']);
});
