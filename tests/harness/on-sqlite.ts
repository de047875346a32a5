import { isOnPostgres } from './shared-postgres.ts';

/**
 * `it` for a test of SQLite's own file. With `STORAGE=postgres`, Jest shows it as skipped, with the reason.
 * @param reason why it has no equal on PostgreSQL, or where that is
 */
export function itOnSqlite(reason: string): (title: string, test: () => Promise<unknown>, timeoutMs?: number) => void {
  return (title, test, timeoutMs) => {
    if (isOnPostgres) it.skip(`${title} (only on SQLite: ${reason})`, test);
    else it(title, test, timeoutMs);
  };
}
