import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { GroupCommit } from '../../../src/storage/sqlite/group-commit.ts';
import { promised } from '../../../src/storage/sqlite/promised.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { testFolder } from '../../contracts/storage/support.ts';

/** A store on a real file, and somebody else who sees of it only what is committed. */
async function shared() {
  const file = join(await testFolder(), 'things.db');
  const db = new Sqlite(file);
  db.pragma('journal_mode = WAL');
  db.exec(`CREATE TABLE owners (name TEXT PRIMARY KEY);
    CREATE TABLE things (thing TEXT UNIQUE, owner TEXT REFERENCES owners (name) DEFERRABLE INITIALLY DEFERRED)`);
  const insert = db.prepare('INSERT INTO things VALUES (?, ?)');
  const insertOrUndoAll = db.prepare('INSERT OR ROLLBACK INTO things VALUES (?, NULL)');
  const all = db.prepare('SELECT thing FROM things ORDER BY rowid').pluck();
  const clock = new ManualClock();
  const commits = new GroupCommit(db, { clock });
  const store = commits.share(
    {
      add: (thing: string, owner: string | null = null) => promised(() => insert.run(thing, owner).changes),
      addOrUndoAll: (thing: string) => promised(() => insertOrUndoAll.run(thing).changes),
      all: () => promised(() => all.all()),
      look: () => promised(() => all.all()),
      find: () => promised(() => all.all()),
      name: 'things',
    },
    { atOnce: ['look'], reads: ['find'] },
  );
  const other = new Sqlite(file, { readonly: true });
  const committed = other.prepare('SELECT thing FROM things ORDER BY rowid').pluck();
  return { store, commits, clock, db, insert, insertOrUndoAll, committed: () => committed.all() };
}

/** What became of each, as a word. */
async function fates(...work: Promise<unknown>[]): Promise<string[]> {
  return (await Promise.allSettled(work)).map(({ status }) => status);
}

it('answers when it is committed, all of one turn at once and in their order', async () => {
  const { store, committed } = await shared();
  const answers: string[] = [];

  const first = store.add('one').then(() => answers.push(`one of ${committed().length}`));
  const second = store.add('two').then(() => answers.push(`two of ${committed().length}`));
  await Promise.resolve();

  expect(committed()).toEqual([]);
  await Promise.all([first, second]);
  expect(answers).toEqual(['one of 2', 'two of 2']);
});

it('answers what it finds only when that is committed too, but for what may look at once', async () => {
  const { store, committed } = await shared();
  void store.add('one');

  expect(await store.look()).toEqual(['one']);
  expect(committed()).toEqual([]);
  expect(await store.all()).toEqual(['one']);
  expect(committed()).toEqual(['one']);
  expect(store.name).toBe('things');
});

it('lets work that fails fail alone', async () => {
  const { store, committed } = await shared();

  expect(await fates(store.add('one'), store.add('one'), store.add('two'))).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(committed()).toEqual(['one', 'two']);
});

it('fails all when the commit does, and stores what comes after it', async () => {
  const { store, committed } = await shared();

  const all = [store.add('one'), store.add('two', 'nobody'), store.add('three')];
  await expect(all[0]).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' });
  expect(await fates(...all)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(await store.add('four')).toBe(1);
  expect(committed()).toEqual(['four']);
});

it('fails those before it too when SQLite undoes everything at a failure, and stores what comes after it', async () => {
  const { store, committed } = await shared();

  const all = [store.add('one'), store.add('two'), store.addOrUndoAll('one'), store.add('three')];

  expect(await fates(...all)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
  await expect(all[0]).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_UNIQUE' });
  expect(committed()).toEqual(['three']);
});

it('commits at once when it is told to, and nothing when there is nothing', async () => {
  const { store, commits, db, committed } = await shared();
  commits.flush();
  const one = store.add('one');

  commits.flush();

  expect(committed()).toEqual(['one']);
  expect(db.inTransaction).toBe(false);
  expect(await one).toBe(1);
});

/** An errand that writes a thing, and the times that it was undone. */
function deferredOf(write: () => unknown) {
  const deferred = { undoneTimes: 0, write: () => void write(), undone: () => void (deferred.undoneTimes += 1) };
  return deferred;
}

describe('errands', () => {
  it('go along with the next commit, before it, and nobody waits for them', async () => {
    const { store, commits, insert, committed } = await shared();

    await commits.later(deferredOf(() => insert.run('errand', null)));

    expect(committed()).toEqual([]);
    await store.add('one');
    expect(committed()).toEqual(['errand', 'one']);
  });

  it('are written soon where nobody else writes, and at once before the end', async () => {
    const { commits, clock, insert, committed } = await shared();

    await commits.later(deferredOf(() => insert.run('errand', null)));
    await clock.advance(20);
    expect(committed()).toEqual(['errand']);
    await commits.later(deferredOf(() => insert.run('last', null)));
    commits.flush();
    expect(committed()).toEqual(['errand', 'last']);
  });

  it('are written again when the commit that they went along with fails, and fail nobody by themselves', async () => {
    const { store, commits, clock, insert, committed } = await shared();
    const deferred = deferredOf(() => insert.run('errand', null));
    await commits.later(deferred);
    await commits.later(deferredOf(() => insert.run('one', null)));

    expect(await fates(store.add('two', 'nobody'), store.addOrUndoAll('three'))).toEqual(['rejected', 'rejected']);
    expect([deferred.undoneTimes, committed()]).toEqual([1, []]);
    expect(await fates(store.add('one'))).toEqual(['rejected']);
    await clock.advance(1_000);

    expect(committed()).toEqual(['errand', 'one']);
  });

  it('take the commit with them when SQLite undoes everything at one, and nothing is written outside of it', async () => {
    const { store, commits, clock, insert, insertOrUndoAll, committed } = await shared();
    await store.add('one');
    let isFull = true;
    await commits.later(deferredOf(() => insert.run('first', null)));
    await commits.later(deferredOf(() => (isFull ? insertOrUndoAll.run('one') : insert.run('second', null))));

    expect(await fates(store.add('two'))).toEqual(['rejected']);
    expect(committed()).toEqual(['one']);
    isFull = false;
    await clock.advance(1_000);

    expect(committed().sort()).toEqual(['first', 'one', 'second']);
  });

  it('are waited for when too many have gathered, as on a disk that takes nothing', async () => {
    const { commits, committed } = await shared();
    const full = () => {
      throw new Error('the disk is full');
    };

    for (let count = 0; count < 200; count += 1) await commits.later(deferredOf(full));

    await expect(commits.later(deferredOf(full))).rejects.toThrow('the disk is full');
    expect(committed()).toEqual([]);
  });
});

it('answers a read at once when all is committed, and else when it is', async () => {
  const { store, committed } = await shared();
  const told: string[] = [];
  void store.find().then(() => told.push('alone'));
  await Promise.resolve();
  await Promise.resolve();
  expect(told).toEqual(['alone']);

  void store.add('one');

  expect(await store.find()).toEqual(['one']);
  expect(committed()).toEqual(['one']);
});
