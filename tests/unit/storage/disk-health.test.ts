import Sqlite, { type Database } from 'better-sqlite3';
import { StorageUnavailableError } from '../../../src/domain/errors.ts';
import { DiskHealth } from '../../../src/storage/sqlite/disk-health.ts';
import { promised } from '../../../src/storage/sqlite/promised.ts';

/** A real database which can be made full, and a store over it. */
function fullable() {
  const db = new Sqlite(':memory:');
  db.exec('CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL); CREATE TABLE things (thing TEXT)');
  const condition = new DiskHealth(db);
  const insert = db.prepare('INSERT INTO things VALUES (?)');
  const store = condition.watch({
    add: (thing: string) => promised(() => insert.run(thing).changes),
    break: () => promised(() => db.exec('INSERT INTO nothing VALUES (1)')),
    name: 'things',
    count: () => db.prepare('SELECT * FROM things').all().length,
  });
  return { db, condition, store };
}

function pages(db: Database): number {
  return db.pragma('page_count', { simple: true }) as number;
}

describe('a disk that is full', () => {
  it('is named as such, and stores nothing', async () => {
    const { db, store } = fullable();
    db.pragma(`max_page_count = ${pages(db)}`);

    await expect(store.add('x'.repeat(100_000))).rejects.toThrow(StorageUnavailableError);
    await expect(store.add('x'.repeat(100_000))).rejects.toMatchObject({
      code: 'storage_unavailable',
      status: 503,
      cause: { code: 'SQLITE_FULL' },
    });
    expect(store.count()).toBe(0);
  });

  it('is found out by trying, until it has room again', async () => {
    const { db, condition, store } = fullable();
    condition.check();
    db.pragma(`max_page_count = ${pages(db)}`);
    await expect(store.add('x'.repeat(100_000))).rejects.toThrow();

    expect(() => condition.check()).toThrow(StorageUnavailableError);
    db.pragma('max_page_count = 100000');
    expect(() => condition.check()).not.toThrow();
    expect(await store.add('x'.repeat(100_000))).toBe(1);
  });

  it('is not asked as long as everything could be stored', () => {
    const { db, condition } = fullable();
    db.pragma(`max_page_count = ${pages(db)}`);
    expect(() => condition.check()).not.toThrow();
  });
});

it('a defect of ours is not taken for the disk', async () => {
  const { condition, store } = fullable();
  await expect(store.break()).rejects.toMatchObject({ code: 'SQLITE_ERROR' });
  expect(() => condition.check()).not.toThrow();
  expect(store.name).toBe('things');
});
