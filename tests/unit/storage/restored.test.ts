import { copyFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { ANA, record, statusUpdate, testFolder } from '../../contracts/storage/support.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const clock = new ManualClock();

/** Opens the storage, stores and delivers these events, and closes it. Returns their numbers, cursors and ids. */
async function use(folder: string, ...webhookIds: string[]) {
  let restored = 0;
  await using storage = openStorage(folder, clock, null, { onRestored: () => (restored += 1) });
  const events = webhookIds.map((id) => statusUpdate(ANA, id));
  await storage.sessions.commit(record(ANA), events);
  const stored = await storage.archive.events({ after: 0, limit: 99 });
  const own = stored.filter(({ webhookId }) => webhookIds.includes(webhookId));
  return { restored, numbers: own.flatMap(({ seq, position, id }) => [seq, position, id]) };
}

const database = (folder: string) => join(folder, 'orchestrator.db');

describe('a database that is restored from a backup', () => {
  it.each<[string, (folder: string, backup: string) => Promise<void>]>([
    ['as a whole folder', (folder, backup) => replace(folder, backup)],
    [
      'into its folder',
      async (folder, backup) => {
        await rm(database(folder));
        await copyFile(database(backup), database(folder));
      },
    ],
    ['over the newer file', async (folder, backup) => writeFile(database(folder), await readFile(database(backup)))],
  ])('%s numbers its events in a new epoch, above all that were lost', async (_, restore) => {
    const folder = await testFolder();
    const backup = await testFolder();
    expect(await use(folder, 'a1')).toEqual({ restored: 0, numbers: [1, 1, 1] });
    await cp(folder, backup, { recursive: true });
    expect(await use(folder, 'lost 1', 'lost 2')).toEqual({ restored: 0, numbers: [2, 2, 2, 3, 3, 3] });

    await restore(folder, backup);
    const first = await use(folder, 'a2');
    await clock.advance(60_000);
    await restore(folder, backup);
    const second = await use(folder, 'a2');

    expect([first.restored, second.restored]).toEqual([1, 1]);
    expect(Math.min(...first.numbers)).toBeGreaterThan(1_000_000);
    second.numbers.forEach((number, at) => expect(number).toBeGreaterThan(first.numbers[at]!));
    // What a consumer stores in 32 bits still fits.
    expect(second.numbers[0]).toBeLessThan(2 ** 31);
    // From there on without gaps.
    expect((await use(folder, 'a3')).numbers[0]).toBe(second.numbers[0]! + 1);
  });

  it('is not suspected when its file was so new at the last start that its birth could not be told from its last change', async () => {
    const folder = await testFolder();
    await use(folder, 'a1');
    const sqlite = new Sqlite(database(folder));
    sqlite.exec(`UPDATE runs SET inode = substr(inode, 1, instr(inode, ' ')) || '0'`);
    sqlite.close();

    expect(await use(folder, 'a2')).toEqual({ restored: 0, numbers: [2, 2, 2] });
  });

  it('is not suspected after a start that was cut off', async () => {
    const folder = await testFolder();
    await use(folder, 'a1');
    const token = join(folder, 'orchestrator.run');
    await writeFile(token, `${await readFile(token, 'utf8')}another\n`);

    expect(await use(folder, 'a2')).toEqual({ restored: 0, numbers: [2, 2, 2] });
  });
});

/** Puts a copy of the backup in place of the folder. */
async function replace(folder: string, backup: string): Promise<void> {
  await rm(folder, { recursive: true });
  await cp(backup, folder, { recursive: true });
}
