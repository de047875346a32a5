import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { usedBytes } from '../../src/storage/sqlite/used-bytes.ts';

/** How much of the database of a process that is down is in use, in bytes: without its free pages. */
export function bytesInUse(authDir: string): number {
  const sqlite = open(authDir);
  try {
    return usedBytes(sqlite);
  } finally {
    sqlite.close();
  }
}

/** Removes the sessions whose ids begin so from the database of a process that is down, and their callbacks. */
export function removeSessions(authDir: string, beginning: string): void {
  const sqlite = open(authDir);
  try {
    for (const table of ['callbacks', 'sequences', 'sessions'])
      sqlite.prepare(`DELETE FROM ${table} WHERE session_id GLOB ? || '*'`).run(beginning);
  } finally {
    sqlite.close();
  }
}

function open(authDir: string): Sqlite.Database {
  return new Sqlite(join(authDir, 'orchestrator.db'));
}
