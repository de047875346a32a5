import type pg from 'pg';
import { StorageInUseError } from '../shared/errors.ts';

/** The number of the lock within its database, for each schema one. It is ours. */
export const LOCK = 41_730;
/** The number of the lock of a start: two that start at once prepare the database one after the other. */
export const START_LOCK = 41_729;
/** How long a start waits for a process that is just shutting down, or whose connection has just been lost. */
const PATIENCE_MS = 500;
const PAUSE_MS = 50;

/** Who writes to the database: one process alone, or the nodes of one cluster. */
export type Sharing = 'alone' | 'as-node';

const TAKE: Readonly<Record<Sharing, string>> = {
  alone: 'SELECT pg_try_advisory_lock($1, hashtext(current_schema())) AS taken',
  'as-node': 'SELECT pg_try_advisory_lock_shared($1, hashtext(current_schema())) AS taken',
};

/**
 * Takes the lock without which nobody writes to the database; it is held as long as the connection is. Alone: no other process
 * writes, and one whose connection was lost writes again only when nobody else does. Nodes share the lock.
 * @throws StorageInUseError
 */
export async function lockDatabase(client: pg.ClientBase, database: string, sharing: Sharing = 'alone'): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>(TAKE[sharing], [LOCK]);
    if (rows[0]?.taken === true) return;
    if (performance.now() - startedMs > PATIENCE_MS) throw new StorageInUseError(database, 'DATABASE_URL');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
