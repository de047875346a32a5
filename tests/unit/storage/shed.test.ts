import { setImmediate as turn } from 'node:timers/promises';
import { silentLogger } from '../../../src/kit/logger.ts';
import type { DatabaseSpace } from '../../../src/ports/storage.ts';
import { createDatabaseBound, type DatabaseBound } from '../../../src/runtime/database-bound.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { sqliteIn } from '../../contracts/storage/implementations.ts';
import { ANA, startStorage, testFolder } from '../../contracts/storage/support.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { tamper } from '../../harness/sqlite-file.ts';

const HOUR_MS = 3_600_000;
const ROWS = 3_000;

/** What may go, and what must stay, with the condition of each. */
const KINDS = {
  delivered: ['callbacks', `state = 'delivered'`],
  unwanted: ['callbacks', `state = 'unwanted'`],
  further: ['further_events', 'TRUE'],
  handled: ['journal', 'handled_at_ms IS NOT NULL'],
  kept: ['kept_messages', 'TRUE'],
  arrived: ['sent_messages', `status = 'read'`],
  pending: ['callbacks', `state = 'pending'`],
  dead: ['callbacks', `state = 'dead'`],
  unhandled: ['journal', 'handled_at_ms IS NULL'],
  unread: ['sent_messages', `status = 'sent'`],
  keys: ['signal_keys', 'TRUE'],
} as const;
type Counts = Record<keyof typeof KINDS, number>;

/** A storage with rows of every kind, of which each is some ms old: as old as its number says, in minutes. */
async function filledFolder(nowMs: number): Promise<string> {
  const folder = await testFolder();
  await using db = await startStorage(sqliteIn(folder, null));
  await db.storage[Symbol.asyncDispose]();
  const at = `${nowMs} - i * 60000`;
  const many = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})`;
  tamper(folder, (sqlite) => {
    sqlite.exec(`
      ${many} INSERT INTO callbacks (webhook_id, session_id, seq, position, kind, body, created_at_ms, state, settled_at_ms)
        SELECT 'w' || i, '${ANA}', i, i, 'status-update', printf('%.500c', '{'), ${at},
          CASE i % 5 WHEN 0 THEN 'pending' WHEN 1 THEN 'dead' WHEN 2 THEN 'unwanted' ELSE 'delivered' END, iif(i % 5, ${at}, NULL) FROM n;
      ${many} INSERT INTO further_events SELECT '${ANA}', i, 'f' || i, 'presence', '{}', i, ${at} FROM n;
      ${many} INSERT INTO sent_messages SELECT '${ANA}', 'M' || i, '1@lid', NULL, zeroblob(500), iif(i % 2, 'read', 'sent'), ${at}, NULL FROM n;
      ${many} INSERT INTO kept_messages (session_id, chat, author, message_id, sent_at_ms, readable, body)
        SELECT '${ANA}', '1@lid', '', 'M' || i, ${at}, 1, '{}' FROM n;
      ${many} INSERT INTO signal_keys SELECT '${ANA}', 'session', i, printf('%.500c', '{') FROM n;
      ${many} INSERT INTO journal (session_id, ciphertext_hash, message_key, delivery, parts, attrs, plaintext,
          created_at_ms, handled_at_ms)
        SELECT '${ANA}', CAST(i AS BLOB), 'k', 'd' || i, 1, '{}', zeroblob(200), ${at}, iif(i % 2, ${at}, NULL) FROM n;`);
  });
  return folder;
}

/** How many rows of each kind there are. */
function countsIn(folder: string): Counts {
  const found: [string, number][] = [];
  tamper(folder, (sqlite) => {
    for (const [kind, [table, condition]] of Object.entries(KINDS))
      found.push([kind, sqlite.prepare(`SELECT COUNT(*) FROM ${table} WHERE ${condition}`).pluck().get() as number]);
  });
  return Object.fromEntries(found) as Counts;
}

/** A closed folder of such rows, and the time of the newest. */
async function filled() {
  const clock = new ManualClock();
  const folder = await filledFolder(clock.now());
  return { clock, folder, before: countsIn(folder) };
}

/** Opens the folder, lets `work` use the room that it takes, and closes it. Returns what is left. */
async function afterwards(
  { folder, clock }: { folder: string; clock: ManualClock },
  work: (space: DatabaseSpace) => Promise<void>,
): Promise<Counts> {
  const storage = openStorage(folder, clock, null);
  await work(storage.space!);
  await storage[Symbol.asyncDispose]();
  return countsIn(folder);
}

/** A bound on this space; `sheds` has how many rows it removed, each time. */
function bounded(
  { clock }: { clock: ManualClock },
  { space, maxBytes, awaitedSeconds = 0 }: { space: DatabaseSpace | null; maxBytes: number; awaitedSeconds?: number },
): { bound: DatabaseBound; sheds: number[] } {
  const sheds: number[] = [];
  const bound = createDatabaseBound(
    { bounds: { maxDatabaseBytes: maxBytes } },
    {
      ...{ storage: { space }, clock, log: silentLogger, metrics: { shed: (rows: number) => sheds.push(rows) } },
      webhooks: {
        health: () => Promise.resolve([{ pending: 1, deadLettered: 0, oldestPendingSeconds: awaitedSeconds }]),
      },
      sink: { backlog: () => Promise.resolve({ pending: 0, oldestPendingSeconds: 0 }) },
    },
  );
  return { bound, sheds };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

describe('making room in the database', () => {
  it('removes what nobody awaits, and nothing else', async () => {
    const place = await filled();
    const { before } = place;
    const left = await afterwards(place, async (space) => {
      const bytes = await space.bytes();
      const removed = await space.shed({ toBytes: 0, beforeMs: place.clock.now() - HOUR_MS });
      expect(removed).toBeGreaterThan(ROWS);
      expect(await space.bytes()).toBeLessThan(bytes * 0.8);
    });
    const { pending, dead, unhandled, unread, keys } = before;
    expect(left).toMatchObject({ pending, dead, unhandled, unread, keys });
    // What is younger than an hour is still there, and what has reached its recipients for a day.
    expect(left).toMatchObject({ delivered: 24, unwanted: 12, further: 60, handled: 30, kept: 60, arrived: 720 });
  });

  it('begins with the oldest, and ends when there is enough', async () => {
    const place = await filled();
    const left = await afterwards(place, async (space) => {
      const bytes = await space.bytes();
      await space.shed({ toBytes: bytes * 0.9, beforeMs: place.clock.now() - HOUR_MS });
      expect(await space.bytes()).toBeLessThanOrEqual(bytes * 0.9);
    });
    expect(left.delivered).toBeGreaterThan(ROWS / 6);
    expect(left.delivered).toBeLessThan(place.before.delivered);
    tamper(place.folder, (sqlite) => {
      const oldest = sqlite.prepare(`SELECT MIN(created_at_ms) FROM callbacks WHERE state = 'delivered'`).pluck().get();
      expect(oldest).toBeGreaterThan(place.clock.now() - ROWS * 60_000 + 2 * HOUR_MS);
      expect(sqlite.prepare(`SELECT COUNT(*) FROM callbacks WHERE seq < 100`).pluck().get()).toBe(99);
    });
  });

  it('happens near the limit only, and is counted', async () => {
    const place = await filled();
    const left = await afterwards(place, async (space) => {
      const bytes = await space.bytes();
      const below = bounded(place, { space, maxBytes: bytes / 0.89 });
      below.bound.start();
      await until(() => place.clock.timers.length === 1);
      expect(below.sheds).toEqual([]);
      await below.bound[Symbol.asyncDispose]();

      const near = bounded(place, { space, maxBytes: bytes / 0.91 });
      near.bound.start();
      await until(() => place.clock.timers.length === 1);
      expect(near.sheds).toEqual([expect.any(Number)]);
      expect(near.bound.problem).toBeNull();
      expect(await near.bound.bytes()).toBeLessThan(bytes * 0.9);
      await near.bound[Symbol.asyncDispose]();
    });
    expect(left.delivered).toBeLessThan(place.before.delivered);
  });

  it('says so when nothing more may go, and tries again later', async () => {
    const place = await filled();
    await afterwards(place, async (space) => {
      const { bound, sheds } = bounded(place, { space, maxBytes: 1_000_000 });
      bound.start();
      await until(() => place.clock.timers.length === 1);
      expect(sheds).toHaveLength(1);
      expect(bound.problem).toContain('only what must be kept is left');
      await place.clock.advance(299_999);
      expect(sheds).toHaveLength(1);
      await place.clock.advance(1);
      await until(() => sheds.length === 2);
      await bound[Symbol.asyncDispose]();
    });
  });

  it('leaves what a receiver has not got yet, and all that came later', async () => {
    const place = await filled();
    const left = await afterwards(place, async (space) => {
      const { bound } = bounded(place, { space, maxBytes: 1_000_000, awaitedSeconds: ROWS * 60 });
      bound.start();
      await until(() => place.clock.timers.length === 1);
      await bound[Symbol.asyncDispose]();
    });
    expect(left).toEqual(place.before);
  });

  it('does nothing without a limit, or where the database is not ours', async () => {
    const place = await filled();
    const nothing = bounded(place, { space: null, maxBytes: 1 });
    nothing.bound.start();
    expect(await nothing.bound.bytes()).toBe(0);
    const left = await afterwards(place, async (space) => {
      const { bound, sheds } = bounded(place, { space, maxBytes: 0 });
      bound.start();
      await bound[Symbol.asyncDispose]();
      expect(sheds).toEqual([]);
    });
    expect(left).toEqual(place.before);
  });
});
