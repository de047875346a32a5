import type { Clock } from '../../../../src/kit/clock.ts';
import { LASTING_LEASE } from '../../../../src/ports/ownership.ts';
import { openPostgres } from '../../../../src/storage/postgres/open.ts';
import { MASTER_KEY } from '../../../contracts/storage/implementations.ts';
import { ANA, BEA, record, statusUpdate } from '../../../contracts/storage/support.ts';
import { ManualClock } from '../../../harness/manual-clock.ts';
import { newPostgresUrl } from '../../../harness/shared-postgres.ts';
import { described, execute, joined } from './cluster/nodes.ts';

const ALL = { after: 0, limit: 99 };

/** Opens the storage, stores these events, and closes it. Returns their numbers, cursors and ids. */
async function use(url: string, clock: Clock, ...webhookIds: string[]) {
  let restored = 0;
  await using storage = await openPostgres(url, { clock, masterKey: null, onRestored: () => (restored += 1) });
  const events = webhookIds.map((id) => statusUpdate(ANA, id));
  await storage.sessions.commit(record(ANA), events);
  const own = (await storage.archive.events(ALL)).filter(({ webhookId }) => webhookIds.includes(webhookId));
  return { restored, numbers: own.flatMap(({ seq, position, id }) => [seq, position, id]) };
}

/** What `pg_restore` leaves: the rows of the backup, in new tables. */
const DUMP = `CREATE TABLE restored (LIKE cluster INCLUDING ALL);
  INSERT INTO restored SELECT * FROM cluster; DROP TABLE cluster; ALTER TABLE restored RENAME TO cluster`;

describe('a PostgreSQL database that is restored from a backup', () => {
  it.each([
    ['from a dump', DUMP],
    ['with its server, which nobody could notice', `UPDATE cluster SET home = ''`],
    ['into another server', `UPDATE cluster SET home = '7 16384'`],
  ])('%s numbers its events in a new epoch, above all that were lost', async (_, restoring) => {
    const [url, clock] = [await newPostgresUrl(), new ManualClock()];
    const before = await use(url, clock, 'a1');
    const lost = await use(url, clock, 'lost 1', 'lost 2');
    expect([before, lost].map(({ restored }) => restored)).toEqual([0, 0]);
    const restore = () =>
      execute(
        url,
        `DELETE FROM callbacks WHERE webhook_id <> 'a1'; UPDATE sequences SET last_seq = 1;
         ALTER TABLE callbacks ALTER COLUMN id RESTART WITH 2; ${restoring}`,
      );

    await restore();
    const first = await use(url, clock, 'a2');
    await clock.advance(60_000);
    await restore();
    const second = await use(url, clock, 'a2');

    expect([first.restored, second.restored]).toEqual([1, 1]);
    first.numbers.forEach((number, at) => expect(number).toBeGreaterThan(lost.numbers[at]! + 1_000_000));
    second.numbers.forEach((number, at) => expect(number).toBeGreaterThan(first.numbers[at]!));
    // What a consumer stores in 32 bits still fits.
    expect(second.numbers[0]).toBeLessThan(2 ** 31);
    // From there on without gaps.
    expect(await use(url, clock, 'a3')).toMatchObject({
      restored: 0,
      numbers: [second.numbers[0]! + 1, expect.any(Number), expect.any(Number)],
    });
  });

  it('is noticed by the first of its nodes, while the others write, and once', async () => {
    const [url, clock] = [await newPostgresUrl(), new ManualClock()];
    let restored = 0;
    await using first = await joined(url, 'a', { clock });
    await first.storage.sessions.create(
      record(BEA),
      { atMs: 1, what: 'created', why: null },
      { maxSessions: 0, maxPendingSessions: 2 },
    );
    await execute(url, `UPDATE cluster SET home = ''`);
    const writes = Array.from({ length: 40 }, (_, at) =>
      first.storage.sessions.commit(record(BEA), [statusUpdate(BEA, `b${at}`)]),
    );
    const node = (nodeId: string) => ({ run: described(nodeId), lease: LASTING_LEASE });
    const others = await Promise.all(
      ['b', 'c'].map((nodeId) =>
        openPostgres(url, { clock, masterKey: MASTER_KEY, node: node(nodeId), onRestored: () => (restored += 1) }),
      ),
    );
    await Promise.all(writes);

    expect(restored).toBe(1);
    const events = await first.storage.archive.events(ALL);
    expect(events.map(({ webhookId }) => webhookId)).toEqual(writes.map((_, at) => `b${at}`));
    expect(new Set(events.map(({ seq }) => seq)).size).toBe(40);
    for (const other of others) await other[Symbol.asyncDispose]();
  });
});
