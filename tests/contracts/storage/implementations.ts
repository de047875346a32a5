import type { Clock } from '../../../src/kit/clock.ts';
import { Secret } from '../../../src/kit/secret.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { openPostgres } from '../../../src/storage/postgres/open.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { putEmptyDatabase } from '../../harness/empty-database.ts';
import { emptyPostgresUrl } from '../../harness/shared-postgres.ts';
import { testFolder } from '../../harness/test-folder.ts';

/** An implementation of `Storage`, as the contract suite opens it. */
export interface StorageImplementation {
  name: string;
  /** A home for a new, empty storage, cleaned up after the tests of the file. */
  createHome: () => Promise<StorageHome>;
}

/** Where a storage keeps its data. */
export interface StorageHome {
  /** Opens the storage; after a dispose once more, as a restart does. */
  open(clock: Clock): Promise<Storage>;
}

/** The master key of the encrypted test storages. */
export const MASTER_KEY = new Secret('a5'.repeat(32));

/** A SQLite storage in this folder. */
export function sqliteIn(folder: string, masterKey: Secret | null = MASTER_KEY): StorageHome {
  return { open: async (clock) => Promise.resolve(openStorage(folder, clock, masterKey)) };
}

/** A SQLite storage in a folder of its own, which has the tables already. */
export async function emptySqlite(masterKey: Secret | null = MASTER_KEY): Promise<StorageHome> {
  const folder = await testFolder();
  await putEmptyDatabase(folder, masterKey);
  return sqliteIn(folder, masterKey);
}

/** A PostgreSQL storage at this URL. */
function postgresAt(url: string): StorageHome {
  return { open: (clock) => openPostgres(url, { clock, masterKey: MASTER_KEY }) };
}

/** Every implementation that must pass the contract suite. */
export const IMPLEMENTATIONS: readonly StorageImplementation[] = [
  { name: 'SQLite', createHome: () => emptySqlite() },
  { name: 'SQLite without encryption', createHome: () => emptySqlite(null) },
  { name: 'PostgreSQL', createHome: async () => postgresAt(await emptyPostgresUrl()) },
];
