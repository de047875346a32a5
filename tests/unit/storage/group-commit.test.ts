import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { GroupCommit } from '../../../src/storage/group-commit.ts';
import { promised } from '../../../src/storage/promised.ts';
import { testFolder } from './support.ts';

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
  const commits = new GroupCommit(db);
  const store = commits.share(
    {
      add: (thing: string, owner: string | null = null) => promised(() => insert.run(thing, owner).changes),
      addOrUndoAll: (thing: string) => promised(() => insertOrUndoAll.run(thing).changes),
      all: () => promised(() => all.all()),
      look: () => promised(() => all.all()),
      name: 'things',
    },
    ['look'],
  );
  const other = new Sqlite(file, { readonly: true });
  const committed = other.prepare('SELECT thing FROM things ORDER BY rowid').pluck();
  return { store, commits, db, committed: () => committed.all() };
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
