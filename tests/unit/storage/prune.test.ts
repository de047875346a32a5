import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { sqliteIn } from '../../contracts/storage/implementations.ts';
import { ANA, startStorage, testFolder } from '../../contracts/storage/support.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { tamper } from '../../harness/sqlite-file.ts';

const DAY_MS = 86_400_000;
const ROWS = 6_000;
/** SQLite's own setting. */
const PAGES_BETWEEN_CHECKPOINTS = 1_000;

/** A storage with rows of every kind that are older than their retention. */
async function agedFolder(): Promise<string> {
  const folder = await testFolder();
  await using db = await startStorage(sqliteIn(folder, null));
  await db.storage[Symbol.asyncDispose]();
  tamper(folder, (sqlite) => {
    const many = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})`;
    sqlite.exec(`
      ${many} INSERT INTO callbacks (webhook_id, session_id, seq, position, kind, body, created_at_ms, state, settled_at_ms)
        SELECT 'w' || i, '${ANA}', i, i, 'status-update', printf('%.500c', '{'), i, iif(i % 2, 'delivered', 'unwanted'), i FROM n;
      ${many} INSERT INTO sent_messages SELECT '${ANA}', 'M' || i, '1@lid', NULL, zeroblob(500), 'sent', i, NULL FROM n;
      ${many} INSERT INTO idempotency SELECT 'scope', 'k' || i, '', 200, '', i FROM n;
      ${many} INSERT INTO journal (session_id, ciphertext_hash, message_key, delivery, parts, attrs, plaintext,
          created_at_ms, handled_at_ms)
        SELECT '${ANA}', CAST(i AS BLOB), 'k', 'd' || i, iif(i % 2, 1, 2), '{}', zeroblob(200), i, iif(i % 2, i, NULL) FROM n;`);
  });
  return folder;
}

/** The numbers of rows of the tables that are pruned. */
function counts(folder: string): number[] {
  const found: number[] = [];
  tamper(folder, (sqlite) => {
    for (const table of ['callbacks', 'sent_messages', 'idempotency', 'journal'])
      found.push(sqlite.prepare(`SELECT COUNT(*) FROM ${table}`).pluck().get() as number);
  });
  return found;
}

describe('pruning', () => {
  it('goes in pieces, lets others work in between, and gives the space back', async () => {
    const folder = await agedFolder();
    const { size } = await stat(join(folder, 'orchestrator.db'));
    const storage = openStorage(folder, new ManualClock(), null);
    let turns = 0;
    let logBytes = 0;

    const pruned = storage.prune(DAY_MS).then(() => 'over');
    do {
      await storage.settings.set('in between', `${turns}`);
      turns += 1;
      logBytes = Math.max(logBytes, statSync(join(folder, 'orchestrator.db-wal')).size);
    } while ((await Promise.race([pruned, turn('goes on')])) !== 'over');
    await storage[Symbol.asyncDispose]();

    expect(counts(folder)).toEqual([0, 0, 0, 0]);
    expect(turns).toBeGreaterThan((4 * ROWS) / 1_000);
    // A checkpoint after each thousand pages: none of them has much to write.
    expect(logBytes).toBeLessThan(PAGES_BETWEEN_CHECKPOINTS * 4_096 * 3);
    expect((await stat(join(folder, 'orchestrator.db'))).size).toBeLessThan(size / 2);
  });

  it('stops between two pieces when the process ends', async () => {
    const folder = await agedFolder();
    const storage = openStorage(folder, new ManualClock(), null);
    const end = new AbortController();

    const pruned = storage.prune(DAY_MS, end.signal);
    end.abort();
    await pruned;
    await storage[Symbol.asyncDispose]();

    expect(Math.max(...counts(folder))).toBe(ROWS);
  });

  it('gives space back from a file of an earlier version too', async () => {
    const folder = await testFolder();
    const file = join(folder, 'orchestrator.db');
    new Sqlite(file).exec('CREATE TABLE filler (x); DROP TABLE filler').close();

    await openStorage(folder, new ManualClock(), null)[Symbol.asyncDispose]();

    tamper(folder, (sqlite) => expect(sqlite.pragma('auto_vacuum', { simple: true })).toBe(2));
  });
});
