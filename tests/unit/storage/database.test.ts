import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Database } from '../../../src/storage/sqlite/database.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { testFolder } from '../../harness/test-folder.ts';

/** A database with a table of things, and a second connection that sees only what is committed. */
async function openThings() {
  const file = join(await testFolder(), 'things.db');
  const sqlite = new Sqlite(file);
  sqlite.pragma('journal_mode = WAL');
  sqlite.exec(`CREATE TABLE owners (name TEXT PRIMARY KEY);
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE things (thing TEXT UNIQUE, owner TEXT REFERENCES owners (name) DEFERRABLE INITIALLY DEFERRED)`);
  const clock = new ManualClock();
  const commits: number[] = [];
  const db = new Database(sqlite, { clock, onCommit: (ms) => commits.push(ms) });
  const insert = db.prepare<[string, string | null]>('INSERT INTO things VALUES (?, ?)');
  const insertOrRollback = db.prepare<[string]>('INSERT OR ROLLBACK INTO things VALUES (?, NULL)');
  const all = db.prepare<[], string>('SELECT thing FROM things ORDER BY rowid').pluck();
  const reader = new Sqlite(file, { readonly: true });
  const committed = reader.prepare<[], string>('SELECT thing FROM things ORDER BY rowid').pluck();
  return {
    ...{ db, sqlite, clock, commits, insert, insertOrRollback },
    /** An owner that does not exist fails the commit, not the insert. */
    add: (thing: string, owner: string | null = null) => db.write(() => insert.run(thing, owner).changes),
    /** SQLite itself rolls back the whole transaction when the thing exists. */
    addOrRollback: (thing: string) => db.write(() => insertOrRollback.run(thing).changes),
    all: () => all.all(),
    committed: () => committed.all(),
  };
}

/** `fulfilled` or `rejected` for each. */
async function outcomes(...work: Promise<unknown>[]): Promise<string[]> {
  return (await Promise.allSettled(work)).map(({ status }) => status);
}

/** A deferred write, with the number of times that it was undone. */
function deferredWrite(write: () => unknown) {
  const deferred = { undoneTimes: 0, write: () => void write(), undone: () => void (deferred.undoneTimes += 1) };
  return deferred;
}

describe('a write', () => {
  it('takes effect at once and resolves with the commit, which it shares with all others of its turn', async () => {
    const { add, all, committed, commits } = await openThings();
    const results: string[] = [];

    const first = add('one').then(() => results.push(`one of ${committed().length}`));
    const second = add('two').then(() => results.push(`two of ${committed().length}`));
    await Promise.resolve();

    expect([all(), committed()]).toEqual([['one', 'two'], []]);
    await Promise.all([first, second]);
    expect(results).toEqual(['one of 2', 'two of 2']);
    expect(commits).toHaveLength(1);
  });

  it('that fails leaves the others of its group alone', async () => {
    const { add, committed } = await openThings();

    expect(await outcomes(add('one'), add('one'), add('two'))).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(committed()).toEqual(['one', 'two']);
  });

  it('fails with its whole group when the commit fails; the next group is stored', async () => {
    const { add, committed } = await openThings();

    const group = [add('one'), add('two', 'nobody'), add('three')];
    await expect(group[0]).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' });
    expect(await outcomes(...group)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await add('four')).toBe(1);
    expect(committed()).toEqual(['four']);
  });

  it('fails when a later one makes SQLite roll back; what comes after that is stored', async () => {
    const { add, addOrRollback, committed } = await openThings();

    const group = [add('one'), add('two'), addOrRollback('one'), add('three')];

    expect(await outcomes(...group)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
    await expect(group[0]).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_UNIQUE' });
    expect(committed()).toEqual(['three']);
  });

  it('that changes nothing is not reported as a commit', async () => {
    const { db, commits, add } = await openThings();

    await db.write(() => undefined);
    expect(commits).toEqual([]);
    await add('one');
    expect(commits).toEqual([expect.any(Number)]);
    expect(commits[0]).toBeGreaterThan(0);
  });
});

describe('a read', () => {
  it.each(['read', 'readCommitted'] as const)('(%s) resolves when what it found is committed', async (mode) => {
    const { db, add, all, committed } = await openThings();
    void add('one');

    const found = db[mode](all);

    expect(committed()).toEqual([]);
    expect(await found).toEqual(['one']);
    expect(committed()).toEqual(['one']);
  });

  it.each(['read', 'readCommitted'] as const)('(%s) resolves at once when everything is committed', async (mode) => {
    const { db, add, all, clock } = await openThings();
    await add('one');
    let isResolved = false;

    void db[mode](all).then(() => (isResolved = true));
    await Promise.resolve();

    expect(isResolved).toBe(true);
    expect(clock.timers).toEqual([]);
  });

  it('fails with the commit that it depends on', async () => {
    const { db, add, all } = await openThings();

    expect(await outcomes(add('one', 'nobody'), db.read(all), db.readCommitted(all))).toEqual([
      'rejected',
      'rejected',
      'rejected',
    ]);
  });

  it('sees deferred writes, and forces them to disk', async () => {
    const { db, all, insert, committed } = await openThings();
    await db.writeLater(deferredWrite(() => insert.run('deferred', null)));

    expect(await db.read(all)).toEqual(['deferred']);
    expect(committed()).toEqual(['deferred']);
  });

  it('of committed data leaves deferred writes alone', async () => {
    const { db, all, insert, clock } = await openThings();
    await db.writeLater(deferredWrite(() => insert.run('deferred', null)));

    expect(await db.readCommitted(all)).toEqual([]);
    expect(clock.timers).toHaveLength(1);
  });

  it('of uncommitted data resolves at once', async () => {
    const { db, add, all, committed } = await openThings();
    const adding = add('one');

    expect(await db.readUncommitted(all)).toEqual(['one']);
    expect(committed()).toEqual([]);
    await adding;
  });

  it('of uncommitted data rejects when it fails', async () => {
    const { db, sqlite } = await openThings();
    sqlite.close();
    await expect(db.readUncommitted(() => sqlite.prepare('SELECT 1').get())).rejects.toThrow('not open');
  });
});

describe('exclusive work', () => {
  it('is done outside of any transaction, after everything before it is committed', async () => {
    const { db, sqlite, add, committed } = await openThings();
    const adding = add('one');

    const seen = await db.exclusive(() => ({ inTransaction: sqlite.inTransaction, committed: committed() }));

    expect(seen).toEqual({ inTransaction: false, committed: ['one'] });
    expect(await adding).toBe(1);
  });
});

describe('deferred writes', () => {
  it('join the next commit, before its own work, and nobody waits for them', async () => {
    const { db, add, insert, committed, commits } = await openThings();

    await db.writeLater(deferredWrite(() => insert.run('deferred', null)));

    expect(committed()).toEqual([]);
    await add('one');
    expect(committed()).toEqual(['deferred', 'one']);
    expect(commits).toHaveLength(1);
  });

  it('are written within 20 ms when nobody else writes, and at once before exclusive work', async () => {
    const { db, clock, insert, committed } = await openThings();

    await db.writeLater(deferredWrite(() => insert.run('deferred', null)));
    await clock.advance(20);
    expect(committed()).toEqual(['deferred']);
    await db.writeLater(deferredWrite(() => insert.run('last', null)));
    await db.exclusive(() => undefined);
    expect(committed()).toEqual(['deferred', 'last']);
  });

  it('are repeated when their commit fails, and do not fail other writes', async () => {
    const { db, add, addOrRollback, clock, insert, committed } = await openThings();
    const deferred = deferredWrite(() => insert.run('deferred', null));
    await db.writeLater(deferred);
    await db.writeLater(deferredWrite(() => insert.run('one', null)));

    expect(await outcomes(add('two', 'nobody'), addOrRollback('three'))).toEqual(['rejected', 'rejected']);
    expect([deferred.undoneTimes, committed()]).toEqual([1, []]);
    expect(await outcomes(add('one'))).toEqual(['rejected']);
    await clock.advance(1_000);

    expect(committed()).toEqual(['deferred', 'one']);
  });

  it('fail the group when one of them makes SQLite roll back, and nothing is written outside of a group', async () => {
    const { db, add, clock, insert, insertOrRollback, committed } = await openThings();
    await add('one');
    let isFull = true;
    await db.writeLater(deferredWrite(() => insert.run('first', null)));
    await db.writeLater(deferredWrite(() => (isFull ? insertOrRollback.run('one') : insert.run('second', null))));

    expect(await outcomes(add('two'))).toEqual(['rejected']);
    expect(committed()).toEqual(['one']);
    isFull = false;
    await clock.advance(1_000);

    expect(committed().sort()).toEqual(['first', 'one', 'second']);
  });

  it('are waited for when too many have gathered, as on a full disk', async () => {
    const { db, committed } = await openThings();
    const fail = () => {
      throw new Error('the disk is full');
    };

    for (let count = 0; count < 200; count += 1) await db.writeLater(deferredWrite(fail));

    await expect(db.writeLater(deferredWrite(fail))).rejects.toThrow('the disk is full');
    expect(committed()).toEqual([]);
  });
});
