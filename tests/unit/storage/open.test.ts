import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Sqlite from 'better-sqlite3';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { StorageInUseError, StorageTooNewError, StorageUnreadableError } from '../../../src/storage/shared/errors.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { ANA, news, startStorage, testFolder } from '../../contracts/storage/support.ts';

const run = promisify(execFile);
const clock = new ManualClock();

describe('opening the storage', () => {
  it('makes folder and file for their owner only', async () => {
    const folder = join(await testFolder(), 'deep', 'auth');
    const storage = openStorage(folder, clock, null);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of ['orchestrator.db', 'orchestrator.db-wal']) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
    await storage[Symbol.asyncDispose]();
  });

  it('refuses a second opening of the same folder, which changes nothing for the first', async () => {
    await using db = await startStorage();
    expect(() => openStorage(db.folder, clock, null)).toThrow(StorageInUseError);
    expect(() => openStorage(db.folder, clock, null)).toThrow(db.folder);
    await db.commit(news(ANA, 'a1'));
    expect(await db.drain(ANA)).toEqual(['1 a1']);
  });

  it('refuses a second process on the same folder', async () => {
    await using db = await startStorage();
    // A second opening here first: it must not loosen the lock that keeps other processes out.
    expect(() => openStorage(db.folder, clock, null)).toThrow(StorageInUseError);
    const script = `
      import { openStorage } from ${JSON.stringify(new URL('../../../src/storage/sqlite/open.ts', import.meta.url).href)};
      import { systemClock } from ${JSON.stringify(new URL('../../../src/kit/clock.ts', import.meta.url).href)};
      try { openStorage(process.argv[1], systemClock); console.log('opened'); }
      catch (error) { console.log(error.name + ': ' + error.message); }`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script, db.folder]);
    expect(stdout).toContain('StorageInUseError');
    expect(stdout).toContain(db.folder);
  });

  it('lets the next one in after the close', async () => {
    await using db = await startStorage();
    await db.reopen();
    await db.reopen();
    expect(await db.storage.sessions.all()).toEqual([]);
  });

  it('refuses a database of a newer version, and leaves it as it is', async () => {
    const folder = await testFolder();
    const file = join(folder, 'orchestrator.db');
    const newer = new Sqlite(file);
    newer.pragma('user_version = 1000');
    newer.close();
    expect(() => openStorage(folder, clock, null)).toThrow(StorageTooNewError);
    expect(() => openStorage(folder, clock, null)).toThrow(file);
    const again = new Sqlite(file);
    expect(again.pragma('user_version', { simple: true })).toBe(1000);
    again.close();
  });

  it('names a file that is no database', async () => {
    const folder = await testFolder();
    const file = join(folder, 'orchestrator.db');
    await writeFile(file, 'not a database, '.repeat(500));
    expect(() => openStorage(folder, clock, null)).toThrow(StorageUnreadableError);
    expect(() => openStorage(folder, clock, null)).toThrow(file);
  });

  it('names a database that is damaged within', async () => {
    const db = await startStorage();
    for (let i = 0; i < 200; i += 1) await db.commit(news(ANA, `a${i} ${'x'.repeat(200)}`));
    await db.storage[Symbol.asyncDispose]();
    const file = join(db.folder, 'orchestrator.db');
    const bytes = await readFile(file);
    bytes.fill(0x5a, Math.floor(bytes.length / 2));
    await writeFile(file, bytes);
    expect(() => openStorage(db.folder, clock, null)).toThrow(StorageUnreadableError);
    expect(() => openStorage(db.folder, clock, null)).toThrow(file);
  });

  it('names a file that cannot be opened', async () => {
    const folder = await testFolder();
    await mkdir(join(folder, 'orchestrator.db'));
    expect(() => openStorage(folder, clock, null)).toThrow(StorageUnreadableError);
  });

  it('rejects what is asked after the close', async () => {
    const db = await startStorage();
    await db.storage[Symbol.asyncDispose]();
    await expect(db.commit(news(ANA, 'a1'))).rejects.toThrow();
  });
});
