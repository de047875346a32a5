/** Loaded into an orchestrator before it starts: each SIGUSR2 makes its disk full, or gives it room again. */
import { writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DISK_FULL, DISK_HAS_ROOM } from '../disk.ts';

/** SQLite's upper limit. */
const ROOM_PAGES = 1_073_741_823;

const open = new Set<Database.Database>();
let isFull = false;

watchOpening();
process.on('SIGUSR2', () => {
  isFull = !isFull;
  for (const database of open) limit(database);
  writeSync(2, `${isFull ? DISK_FULL : DISK_HAS_ROOM}\n`);
});

/** Keeps the file from growing: whatever needs a new page fails with SQLITE_FULL, as on a full disk. */
function limit(database: Database.Database): void {
  const pages = isFull ? Number(database.pragma('page_count', { simple: true })) : ROOM_PAGES;
  database.pragma(`max_page_count = ${pages}`);
}

/** Collects all open databases: each of them prepares a statement first. */
function watchOpening(): void {
  const prototype = Database.prototype as unknown as Record<'prepare', (sql: string) => unknown>;
  const { prepare } = prototype;
  prototype.prepare = function (this: Database.Database, sql) {
    open.add(this);
    return prepare.call(this, sql);
  };
}
