import type pg from 'pg';
import { connectionConfig } from './connect.ts';
import { checkCurrent, isNew, migrate } from './migrations/migrate.ts';
import { nameOfDatabase, startConnection, startOn } from './start.ts';

/** A connection to the database, with the lock on it. */
export interface Opened {
  client: pg.Client;
  name: string;
}

/**
 * Opens the database exclusively as it is, to move from it, or to it: then a new one gets its tables. Needs no master key.
 * @throws StorageInUseError, StorageTooNewError, StorageTooOldError, StorageUnreadableError
 */
export async function openToMove(url: string, role: 'source' | 'target'): Promise<Opened> {
  const name = nameOfDatabase(url);
  const client = await startConnection(connectionConfig(url, { name: 'whatsapp-orchestrator move' }), name);
  try {
    await startOn({ client, name }, async () => {
      if (role === 'target' && (await isNew(client))) await migrate(client, name);
      else await checkCurrent(client, name);
    });
    return { client, name };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}
