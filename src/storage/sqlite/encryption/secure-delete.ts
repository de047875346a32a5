import type Sqlite from 'better-sqlite3';

/**
 * Runs `work` while SQLite overwrites whatever is freed, at the cost of a write for each freed page. Otherwise a deleted row
 * may survive in an unused page of the file.
 */
export function withSecureDelete<Result>(sqlite: Sqlite.Database, work: () => Result): Result {
  const before = sqlite.pragma('secure_delete', { simple: true }) as 0 | 1 | 2;
  sqlite.pragma('secure_delete = ON');
  try {
    return work();
  } finally {
    sqlite.pragma(`secure_delete = ${before === 2 ? 'FAST' : before}`);
  }
}
