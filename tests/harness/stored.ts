import pg from 'pg';
import { systemClock } from '../../src/kit/clock.ts';
import type { Secret } from '../../src/kit/secret.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { connectionConfig } from '../../src/storage/postgres/connect.ts';
import { openPostgres } from '../../src/storage/postgres/open.ts';
import { openDatabase } from '../../src/storage/sqlite/open-database.ts';
import { openStorage } from '../../src/storage/sqlite/open.ts';
import { storageSettings } from './shared-postgres.ts';

/** Opens the storage of a stopped orchestrator, wherever its data is. */
export async function openStored(authDir: string, masterKey: Secret | null = null): Promise<Storage> {
  const { DATABASE_URL } = await storageSettings(authDir);
  if (DATABASE_URL === undefined) return openStorage(authDir, systemClock, masterKey);
  return openPostgres(DATABASE_URL, { clock: systemClock, masterKey });
}

/** Every value of every table in PostgreSQL, also while an orchestrator runs, one character per byte. */
export async function everyValue(authDir: string): Promise<string> {
  return withClient(authDir, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()',
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query({ text: `SELECT * FROM ${name}`, rowMode: 'array' });
      texts.push(
        ...(rows as unknown[][])
          .flat()
          .map((value) => (value instanceof Buffer ? value.toString('latin1') : String(value))),
      );
    }
    return texts.join('\n');
  });
}

/** Runs SQL in the unencrypted storage of a stopped orchestrator: the same for both databases, or for each its own. */
export async function changeStored(authDir: string, sql: string, postgres = sql): Promise<void> {
  const { DATABASE_URL } = await storageSettings(authDir);
  if (DATABASE_URL === undefined) {
    const database = openDatabase(authDir, null);
    database.exec(sql);
    database.close();
    return;
  }
  // Creates the tables, if nobody has.
  await (await openStored(authDir))[Symbol.asyncDispose]();
  await withClient(authDir, (client) => client.query(postgres));
}

async function withClient<Result>(authDir: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const { DATABASE_URL = '' } = await storageSettings(authDir);
  const client = new pg.Client(connectionConfig(DATABASE_URL, { name: 'test' }));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
