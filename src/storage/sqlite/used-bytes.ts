import type Sqlite from 'better-sqlite3';

/** What is in use of a file, in bytes: all but its free pages. */
export function usedBytes(sqlite: Sqlite.Database): number {
  const pragma = (name: string) => sqlite.pragma(name, { simple: true }) as number;
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}
