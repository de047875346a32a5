import { type Database } from 'better-sqlite3';

/**
 * Does `work`, with whatever it frees overwritten in the file, at the cost of a write for each page that becomes free. Without it
 * a row that was removed may go on in a page that is not used any more.
 */
export function overwriting<Result>(db: Database, work: () => Result): Result {
  const usual = db.pragma('secure_delete', { simple: true }) as 0 | 1 | 2;
  db.pragma('secure_delete = ON');
  try {
    return work();
  } finally {
    db.pragma(`secure_delete = ${usual === 2 ? 'FAST' : usual}`);
  }
}
