import type pg from 'pg';
import { StorageInUseError } from '../shared/errors.ts';

/** The number of the lock within its database, for each schema one. It is ours. */
const LOCK = 41_730;
/** How long a start waits for a process that is just shutting down, or whose connection has just been lost. */
const PATIENCE_MS = 500;
const PAUSE_MS = 50;

/**
 * Takes the lock without which nobody writes to the database; it is held as long as the connection is. So no two processes write,
 * and one whose connection was lost writes again only when nobody else does.
 * @throws StorageInUseError
 */
export async function lockDatabase(client: pg.ClientBase, database: string): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock($1, hashtext(current_schema())) AS taken',
      [LOCK],
    );
    if (rows[0]?.taken === true) return;
    if (performance.now() - startedMs > PATIENCE_MS) throw new StorageInUseError(database, 'DATABASE_URL');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
