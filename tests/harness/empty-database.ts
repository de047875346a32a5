import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { FILE_NAME } from '../../src/storage/sqlite/open-database.ts';
import { migrate } from '../../src/storage/sqlite/migrations/migrate.ts';

let made: Promise<Buffer> | undefined;

/** Puts a database into the folder that has the tables and nothing else, unless there is one: to make the tables takes longer. */
export async function putEmptyDatabase(folder: string): Promise<void> {
  const file = join(folder, FILE_NAME);
  made ??= makeEmptyDatabase();
  const bytes = await made;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (
    await access(file).then(
      () => false,
      () => true,
    )
  )
    await writeFile(file, bytes, { mode: 0o600 });
}

/** The migrations are those of every start. */
async function makeEmptyDatabase(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'empty-'));
  const file = join(folder, FILE_NAME);
  const sqlite = new Sqlite(file);
  sqlite.pragma('auto_vacuum = INCREMENTAL');
  sqlite.pragma('synchronous = OFF');
  migrate(sqlite, file);
  sqlite.pragma('journal_mode = WAL');
  sqlite.close();
  const bytes = await readFile(file);
  await rm(folder, { recursive: true });
  return bytes;
}
