import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/** Works on a closed database, as somebody does who can write the file. */
export function tamper(folder: string, work: (sqlite: Sqlite.Database) => void): void {
  const sqlite = new Sqlite(join(folder, 'orchestrator.db'));
  work(sqlite);
  sqlite.close();
}

/** How often a word occurs in the files of the folder. */
export async function occurrences(folder: string, word: string): Promise<number> {
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')));
  return files.reduce((count, text) => count + text.split(word).length - 1, 0);
}
