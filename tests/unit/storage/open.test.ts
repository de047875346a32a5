import { execFile } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Sqlite from 'better-sqlite3';
import { StorageInUseError, StorageTooNewError, StorageUnreadableError } from '../../../src/storage/shared/errors.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { sqliteIn } from '../../contracts/storage/implementations.ts';
import { ANA, record, startStorage, statusUpdate, testFolder } from '../../contracts/storage/support.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const run = promisify(execFile);
const clock = new ManualClock();

describe('opening the storage', () => {
  it('creates folder and files for their owner only', async () => {
    const folder = join(await testFolder(), 'deep', 'auth');
    const storage = openStorage(folder, clock, null);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of ['orchestrator.db', 'orchestrator.db-wal']) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
    await storage[Symbol.asyncDispose]();
  });

  it('takes a folder that stands there, as in a fresh clone, for its owner only', async () => {
    const folder = join(await testFolder(), 'auth_sessions');
    await mkdir(folder, { mode: 0o755 });
    await openStorage(folder, clock, null)[Symbol.asyncDispose]();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('refuses to open a folder twice, which changes nothing for the first', async () => {
    const folder = await testFolder();
    await using db = await startStorage(sqliteIn(folder));
    expect(() => openStorage(folder, clock, null)).toThrow(StorageInUseError);
    expect(() => openStorage(folder, clock, null)).toThrow(folder);
    await db.commit(statusUpdate(ANA, 'a1'));
    expect(await db.drain(ANA)).toEqual(['1 a1']);
  });

  it('refuses a folder that another process has open', async () => {
    const folder = await testFolder();
    await using storage = openStorage(folder, clock, null);
    // Once in this process first: that must not drop the lock which keeps other processes out.
    expect(() => openStorage(folder, clock, null)).toThrow(StorageInUseError);
    const script = `
      import { openStorage } from ${JSON.stringify(new URL('../../../src/storage/sqlite/open.ts', import.meta.url).href)};
      import { systemClock } from ${JSON.stringify(new URL('../../../src/kit/clock.ts', import.meta.url).href)};
      try { openStorage(process.argv[1], systemClock); console.log('opened'); }
      catch (error) { console.log(error.name + ': ' + error.message); }`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script, folder]);
    expect(stdout).toContain('StorageInUseError');
    expect(stdout).toContain(folder);
    expect(await storage.sessions.all()).toEqual([]);
  });

  it('can be opened again after it was closed', async () => {
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

  it('names a file that is not a database', async () => {
    const folder = await testFolder();
    const file = join(folder, 'orchestrator.db');
    await writeFile(file, 'not a database, '.repeat(500));
    expect(() => openStorage(folder, clock, null)).toThrow(StorageUnreadableError);
    expect(() => openStorage(folder, clock, null)).toThrow(file);
  });

  it('names a damaged database', async () => {
    const folder = await testFolder();
    const db = await startStorage(sqliteIn(folder));
    for (let i = 0; i < 200; i += 1) await db.commit(statusUpdate(ANA, `a${i} ${'x'.repeat(200)}`));
    await db.storage[Symbol.asyncDispose]();
    const file = join(folder, 'orchestrator.db');
    const bytes = await readFile(file);
    bytes.fill(0x5a, Math.floor(bytes.length / 2));
    await writeFile(file, bytes);
    expect(() => openStorage(folder, clock, null)).toThrow(StorageUnreadableError);
    expect(() => openStorage(folder, clock, null)).toThrow(file);
  });

  it('names a file that cannot be opened', async () => {
    const folder = await testFolder();
    await mkdir(join(folder, 'orchestrator.db'));
    expect(() => openStorage(folder, clock, null)).toThrow(StorageUnreadableError);
  });

  it('rejects calls after it was closed', async () => {
    const db = await startStorage();
    await db.storage[Symbol.asyncDispose]();
    await expect(db.commit(statusUpdate(ANA, 'a1'))).rejects.toThrow();
  });
});

it('each commit that changes something is reported with its duration', async () => {
  const durationsMs: number[] = [];
  const storage = openStorage(await testFolder(), clock, null, { onCommit: (ms) => durationsMs.push(ms) });
  await storage.sessions.commit(record(ANA), []);
  await storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a1')]);
  await storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2')]);
  await storage.signalKeys.set(ANA, [{ type: 'session', id: '1', value: 'x' }]);
  const broken = { ...record(ANA), phase: undefined as unknown as 'online' };
  await expect(storage.sessions.commit(broken, [])).rejects.toThrow();
  await storage[Symbol.asyncDispose]();

  expect(durationsMs).toHaveLength(4);
  expect(durationsMs.every((ms) => ms > 0)).toBe(true);
});
