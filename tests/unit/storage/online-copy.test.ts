import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import type { Storage } from '../../../src/ports/storage.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { testFolder } from '../../harness/test-folder.ts';
import { clock } from './filled.ts';

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await testFolder();
  storage = openStorage(folder, clock, null);
});

afterEach(() => storage[Symbol.asyncDispose]());

const copies = async () => (await readdir(folder)).filter((name) => name.startsWith('backup'));

/** What a copy has of the settings `n <number>`, if it is intact. */
function numbersIn(name: string): number[] {
  const copy = new Sqlite(join(folder, name));
  try {
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    const all = copy.prepare<[], string>(`SELECT name FROM settings WHERE name LIKE 'n %'`).pluck().all();
    return all.map((each) => Number(each.slice(2))).sort((one, other) => one - other);
  } finally {
    copy.close();
  }
}

const write = (count: number) => storage.settings.set(`n ${count}`, 'x'.repeat(3_000));

it('copies the database while something is written at every turn, without a gap in it', async () => {
  for (let count = 0; count < 500; count += 1) void write(count);
  const copy = storage.backup!.create();
  const progress = { isOver: false };
  void copy.finally(() => (progress.isOver = true));
  let count = 500;
  const pending: Promise<unknown>[] = [];
  // Two chains: a write that follows another within the turn, and one before each piece.
  for (; !progress.isOver; count += 2) {
    pending.push(write(count).then(() => write(count + 1)));
    await nextTurn();
  }
  await Promise.all(pending);

  const found = numbersIn(await copy);
  expect(found.length).toBeGreaterThanOrEqual(500);
  expect(found.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, at) => at));
  expect((await stat(join(folder, await copy))).mode & 0o777).toBe(0o600);
});

it('shares commits again once the copy is made', async () => {
  await storage.backup!.create();
  const order: string[] = [];
  void write(1).then(() => order.push('committed'));
  await Promise.resolve();
  order.push('same turn');
  await nextTurn();
  await nextTurn();

  expect(order).toEqual(['same turn', 'committed']);
});

it('removes a copy that nobody took, before the next one and at the next start', async () => {
  const [first, second] = await Promise.all([storage.backup!.create(), storage.backup!.create()]);
  expect(await copies()).toEqual([second]);
  expect(first).not.toBe(second);

  await storage[Symbol.asyncDispose]();
  storage = openStorage(folder, clock, null);
  expect(await copies()).toEqual([]);
});

it('fails with the storage when that is closed meanwhile, and leaves nothing', async () => {
  for (let count = 0; count < 500; count += 1) void write(count);
  await write(500);
  const copy = storage.backup!.create().catch((error: unknown) => error);
  await nextTurn();
  await storage[Symbol.asyncDispose]();

  expect(await copy).toMatchObject({ code: 'storage_unavailable' });
  expect(await copies()).toEqual([]);
  storage = openStorage(folder, clock, null);
});
