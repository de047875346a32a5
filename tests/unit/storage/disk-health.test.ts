import Sqlite from 'better-sqlite3';
import { StorageUnavailableError } from '../../../src/domain/errors.ts';
import { Database } from '../../../src/storage/sqlite/database.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const MANY_PAGES = 100_000;

/** A real database whose disk can be made full. */
function openThings() {
  const sqlite = new Sqlite(':memory:');
  sqlite.exec('CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL); CREATE TABLE things (thing TEXT)');
  const db = new Database(sqlite, { clock: new ManualClock() });
  const insert = db.prepare<[string]>('INSERT INTO things VALUES (?)');
  const count = db.prepare<[], number>('SELECT COUNT(*) FROM things').pluck();
  return {
    db,
    sqlite,
    insert,
    add: (thing: string) => db.write(() => insert.run(thing).changes),
    count: () => db.read(() => count.get()),
    setRoom: (pages = Number(sqlite.pragma('page_count', { simple: true }))) =>
      sqlite.pragma(`max_page_count = ${pages}`),
  };
}

const LARGE = 'x'.repeat(100_000);

describe('a full disk', () => {
  it('fails writes with its own error, and stores nothing of them', async () => {
    const { add, count, setRoom } = openThings();
    setRoom();

    await expect(add(LARGE)).rejects.toThrow(StorageUnavailableError);
    await expect(add(LARGE)).rejects.toMatchObject({
      code: 'storage_unavailable',
      cause: { code: 'SQLITE_FULL' },
    });
    expect(await count()).toBe(0);
  });

  it('fails reads that depend on what it did not store', async () => {
    const { add, count, setRoom } = openThings();
    setRoom();

    const [small, large, counting] = await Promise.allSettled([add('small'), add(LARGE), count()]);

    expect([small.status, large.status]).toEqual(['rejected', 'rejected']);
    expect(counting).toEqual({ status: 'fulfilled', value: 0 });
  });

  it('is reported by the check until there is room again', async () => {
    const { db, add, setRoom } = openThings();
    await db.check();
    setRoom();
    await expect(add(LARGE)).rejects.toThrow();

    await expect(db.check()).rejects.toThrow(StorageUnavailableError);
    setRoom(MANY_PAGES);
    await expect(db.check()).resolves.toBeUndefined();
    expect(await add(LARGE)).toBe(1);
  });

  it('is not probed as long as no write has failed', async () => {
    const { db, setRoom } = openThings();
    setRoom();
    await expect(db.check()).resolves.toBeUndefined();
  });

  it('fails exclusive work with the same error', async () => {
    const { db, insert, setRoom } = openThings();
    setRoom();
    await expect(db.exclusive(() => insert.run(LARGE))).rejects.toThrow(StorageUnavailableError);
    await expect(db.check()).rejects.toThrow(StorageUnavailableError);
  });
});

it('a bug of ours is not taken for trouble with the disk', async () => {
  const { db, sqlite } = openThings();
  await expect(db.write(() => sqlite.exec('INSERT INTO nothing VALUES (1)'))).rejects.toMatchObject({
    code: 'SQLITE_ERROR',
  });
  await expect(db.check()).resolves.toBeUndefined();
});
