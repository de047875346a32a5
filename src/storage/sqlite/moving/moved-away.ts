import type Sqlite from 'better-sqlite3';

/** Where everything in the database was moved to, if its use has ended with that. */
export function movedAwayTo(sqlite: Sqlite.Database): string | undefined {
  const table = sqlite.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'moved_away'`).get();
  if (table === undefined) return undefined;
  return sqlite.prepare<[], string>('SELECT target FROM moved_away').pluck().get();
}

/** Ends the use of the database. */
export function moveAway(sqlite: Sqlite.Database, target: string): void {
  sqlite.transaction(() => {
    sqlite.exec('CREATE TABLE IF NOT EXISTS moved_away (target TEXT NOT NULL) STRICT; DELETE FROM moved_away');
    sqlite.prepare<[string]>('INSERT INTO moved_away (target) VALUES (?)').run(target);
  })();
}
