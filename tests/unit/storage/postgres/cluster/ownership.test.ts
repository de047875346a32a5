import { systemClock } from '../../../../../src/kit/clock.ts';
import { DRAFT_TTL_MS } from '../../../../../src/domain/draft.ts';
import type { SessionId } from '../../../../../src/domain/session-id.ts';
import { Drafts } from '../../../../../src/http/server.ts';
import { openPostgres } from '../../../../../src/storage/postgres/open.ts';
import { MASTER_KEY } from '../../../../contracts/storage/implementations.ts';
import { ANA, BEA, record, statusUpdate } from '../../../../contracts/storage/support.ts';
import { fixedRandom } from '../../../../harness/fixed-random.ts';
import { logInMemory } from '../../../../harness/log-in-memory.ts';
import { ManualClock } from '../../../../harness/manual-clock.ts';
import { emptyPostgresUrl } from '../../../../harness/shared-postgres.ts';
import { TcpRelay } from '../../../../harness/tcp-relay.ts';
import { connected, execute, joined, type TestNode } from './nodes.ts';

const CARLA = 'session_3_carla' as SessionId;

/** A database with these sessions, used by a single process until now. */
async function withSessions(...sessionIds: SessionId[]): Promise<string> {
  const url = await emptyPostgresUrl();
  await using single = await openPostgres(url, { clock: systemClock, masterKey: MASTER_KEY });
  for (const sessionId of sessionIds) {
    await single.sessions.commit(record(sessionId), []);
    await single.signalKeys.saveCredentials(sessionId, `de ${sessionId}`);
  }
  return url;
}

describe('the sessions of a cluster', () => {
  it('that one process had before belong to nobody at first, also deleted ones with callbacks', async () => {
    const url = await withSessions(ANA);
    {
      await using single = await openPostgres(url, { clock: systemClock, masterKey: MASTER_KEY });
      await single.sessions.commit(record(BEA), [statusUpdate(BEA, 'b1')]);
      await single.sessions.remove(BEA, []);
    }
    await using first = await joined(url, 'a');

    expect(await first.storage.ownership.ownerOf(ANA)).toEqual({ owner: null });
    expect(await first.storage.ownership.counts()).toEqual({ all: 2, unowned: 2 });
    expect(await first.storage.ownership.ownerOf(CARLA)).toBeUndefined();
    expect((await first.storage.ownership.claim(10)).toSorted()).toEqual([ANA, BEA]);
    expect(await first.storage.signalKeys.credentials(ANA)).toBe(`de ${ANA}`);
    const { nodeId, incarnation, url: at } = first.node;
    expect(await first.storage.ownership.ownerOf(ANA)).toEqual({ owner: { nodeId, incarnation, url: at } });
    expect(await first.storage.ownership.counts()).toEqual({ all: 2, unowned: 0 });
  });

  it('are claimed by one node each, however many claim at once', async () => {
    const all = Array.from({ length: 60 }, (_, at) => `session_${at}_x` as SessionId);
    const url = await withSessions(...all);
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    const nodes = [first, second];

    const claims = await Promise.all(Array.from({ length: 12 }, (_, at) => nodes[at % 2]!.storage.ownership.claim(7)));

    const claimed = claims.flat();
    expect(new Set(claimed).size).toBe(claimed.length);
    while ((await first.storage.ownership.claim(7)).length > 0);
    expect(first.storage.ownership.owned.size + second.storage.ownership.owned.size).toBe(60);
    expect(first.storage.ownership.owned.isDisjointFrom(second.storage.ownership.owned)).toBe(true);
    expect(await first.storage.ownership.claim(0)).toEqual([]);
  });

  it('are not claimed by a node that drains, or that others have buried', async () => {
    const url = await withSessions(ANA);
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    await first.storage.membership.drain();
    await second.storage.membership.bury({ ...second.node }, 0).catch(() => undefined);

    expect(await first.storage.ownership.claim(10)).toEqual([]);
    expect(await first.storage.ownership.take(ANA)).toBe(false);
    expect(await second.storage.ownership.claim(10).catch(() => second.storage.ownership.claim(10))).toEqual([]);
  });

  it('of a dead node are claimed by others, under a higher epoch', async () => {
    const url = await withSessions(ANA, BEA);
    await using first = await joined(url, 'a');
    await first.storage.ownership.claim(10);
    await using second = await joined(url, 'b');
    expect(await second.storage.ownership.claim(10)).toEqual([]);

    await second.storage.membership.bury(first.node, 0);

    expect(await second.storage.ownership.counts()).toEqual({ all: 2, unowned: 2 });
    expect(await second.storage.ownership.claim(1)).toHaveLength(1);
    expect(await second.storage.ownership.claim(10)).toHaveLength(1);
    const rows = await execute(url, `SELECT DISTINCT epoch FROM ownership`);
    expect(rows).toEqual([{ epoch: 2 }]);
  });

  it('go to the successor for whom they were released, and after two seconds to anybody', async () => {
    const url = await withSessions(ANA, BEA);
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    await using third = await joined(url, 'c');
    await first.storage.ownership.claim(10);
    const heard = new Promise<void>((resolve) => second.storage.ownership.onChange(resolve));

    await first.storage.ownership.release([ANA, BEA], 'b');

    await heard;
    expect(first.storage.ownership.owned.size).toBe(0);
    expect([...(await first.storage.ownership.untaken())].sort()).toEqual([
      ['a', 0],
      ['b', 2],
      ['c', 0],
    ]);
    expect(await third.storage.ownership.claim(10)).toEqual([]);
    await execute(url, `UPDATE ownership SET changed_at = now() - interval '3 seconds' WHERE owner IS NULL`);
    expect(await third.storage.ownership.claim(10)).toHaveLength(2);
  });

  it('go to the successor besides what it claims of others', async () => {
    const url = await withSessions(ANA, BEA);
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    await first.storage.ownership.claim(10);
    await first.storage.membership.drain();
    await first.storage.ownership.release([ANA], 'b');
    await first.storage.ownership.release([BEA], null);

    expect(await second.storage.ownership.claim(0, 0)).toEqual([]);
    expect(await second.storage.ownership.untaken()).toEqual(new Map([['b', 1]]));
    expect(await second.storage.ownership.claim(0, 1)).toEqual([ANA]);
    expect(await second.storage.ownership.untaken()).toEqual(new Map([['b', 0]]));
    expect(await second.storage.ownership.claim(1)).toEqual([BEA]);
  });

  it('go to anybody when the successor is gone', async () => {
    const url = await withSessions(ANA, BEA);
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    await first.storage.ownership.claim(10);
    await first.storage.ownership.release([ANA], 'nadie');
    await first.storage.ownership.release([BEA], null);

    expect((await second.storage.ownership.claim(10)).toSorted()).toEqual([ANA, BEA]);
  });

  it('that a node asks for are named to their owner, and taken once they are free', async () => {
    const url = await withSessions(ANA);
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    await first.storage.ownership.claim(10);
    const heard = new Promise<void>((resolve) => first.storage.ownership.onChange(resolve));

    expect(await first.storage.ownership.take(ANA)).toBe(true);
    expect(await second.storage.ownership.take(ANA)).toBe(false);
    await heard;
    expect(await first.storage.ownership.asked()).toEqual(new Map([[ANA, 'b']]));
    expect(await second.storage.ownership.asked()).toEqual(new Map());

    await first.storage.ownership.release([ANA], 'b');
    expect(await second.storage.ownership.take(ANA)).toBe(true);
    expect(await second.storage.ownership.asked()).toEqual(new Map());
    expect(await second.storage.ownership.take(CARLA)).toBe(true);
    expect([...second.storage.ownership.owned]).toEqual([ANA, CARLA]);
  });

  it('are found again by a node that did not hear the answer to its claim', async () => {
    const url = await withSessions(ANA, BEA);
    const address = new URL(url);
    await using relay = await TcpRelay.start(Number(address.port));
    address.port = String(relay.port);
    await using first = await joined(address.href, 'a');
    // Another transaction holds the row up until the claim's connection is cut; then the claim takes effect.
    const other = await connected(url);
    await other.query('BEGIN');
    await other.query('LOCK TABLE ownership IN EXCLUSIVE MODE');
    const claim = first.storage.ownership.claim(10);
    await expect(Promise.all([claim, cutSoon(url, relay)])).rejects.toMatchObject({ code: 'storage_unavailable' });
    await other.query('COMMIT');
    await other.end();

    const claimed = await first.storage.ownership.claim(10).catch(() => first.storage.ownership.claim(10));
    expect(claimed.toSorted()).toEqual([ANA, BEA]);
    expect(first.storage.ownership.owned.size).toBe(2);
  });

  it('have what becomes of their drafts told by the node that has them, once', async () => {
    const url = await withSessions(ANA, BEA);
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    expect(await first.storage.ownership.take(ANA)).toBe(true);
    expect(await second.storage.ownership.take(BEA)).toBe(true);
    const { log, text } = await logInMemory();
    const clock = new ManualClock();
    const draftsOf = ({ storage: { drafts: store, furtherEvents } }: TestNode): Drafts => {
      const telling = { isWanted: () => true, add: furtherEvents.add.bind(furtherEvents) };
      return new Drafts({ store, furtherEvents: telling, clock, random: fixedRandom(0), log });
    };
    const message = JSON.stringify({ requested: { type: 'text', text: 'hola' } });
    const atMs = clock.now();
    for (const sessionId of [ANA, BEA]) {
      const draft = { id: `draft_${sessionId}`, sessionId, keyId: 'k', message, state: 'waiting' as const };
      await first.storage.drafts.add({ ...draft, createdAtMs: atMs, changedAtMs: atMs }, 9);
    }
    await clock.advance(DRAFT_TTL_MS);
    const states = async () => (await first.storage.drafts.list({ sinceMs: 0 }, 9)).map(({ state }) => state);
    const told = async () =>
      (await execute(url, 'SELECT webhook_id FROM further_events ORDER BY 1')).map(
        ({ webhook_id: id }) => id as string,
      );

    await draftsOf(first).expire(new AbortController().signal);
    expect([await states(), await told()]).toEqual([['discarded', 'waiting'], [`draft_${ANA}_expired`]]);
    await draftsOf(second).expire(new AbortController().signal);
    await draftsOf(first).expire(new AbortController().signal);
    expect([await states(), await told()]).toEqual([
      ['discarded', 'discarded'],
      [`draft_${ANA}_expired`, `draft_${BEA}_expired`],
    ]);
    // That another node has the session is no trouble.
    expect(text()).toBe('');
  });
});

/** Cuts the connections once a claim waits for a lock. */
async function cutSoon(url: string, relay: TcpRelay): Promise<void> {
  for (;;) {
    const rows = await execute(url, `SELECT 1 FROM pg_locks WHERE relation = 'ownership'::regclass AND NOT granted`);
    if (rows.length > 0) break;
  }
  relay.cut();
}
