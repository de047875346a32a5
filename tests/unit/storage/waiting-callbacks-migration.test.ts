import Sqlite from 'better-sqlite3';
import { join } from 'node:path';
import type { Storage } from '../../../src/ports/storage.ts';
import { init } from '../../../src/storage/postgres/migrations/001-init.ts';
import { openPostgres } from '../../../src/storage/postgres/open.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { ANA } from '../../contracts/storage/support.ts';
import { newPostgresUrl } from '../../harness/shared-postgres.ts';
import { clock, filledFolder, UNDO_17_TO_21 } from './filled.ts';
import { execute } from './postgres/cluster/nodes.ts';

async function olderSqlite(): Promise<Storage> {
  const folder = await filledFolder(null);
  const sqlite = new Sqlite(join(folder, 'orchestrator.db'));
  sqlite.exec(UNDO_17_TO_21);
  sqlite.pragma('user_version = 16');
  sqlite.exec('UPDATE callbacks SET after_webhook_id = webhook_id');
  sqlite.close();
  return openStorage(folder, clock, null);
}

async function olderPostgres(): Promise<Storage> {
  const url = await newPostgresUrl();
  await execute(
    url,
    `CREATE TABLE migrations (version integer PRIMARY KEY); INSERT INTO migrations VALUES (1); ${init}`,
  );
  await execute(
    url,
    `INSERT INTO callbacks (webhook_id, session_id, seq, position, kind, body, created_at_ms, after_webhook_id)
      VALUES ($1, $2, 1, 1, 'status-update', '{}', 1, $1)`,
    [`${ANA}-update`, ANA],
  );
  return openPostgres(url, { clock, masterKey: null });
}

it.each([
  ['SQLite', olderSqlite],
  ['PostgreSQL', olderPostgres],
])('a webhook of an older database in %s waits for no other', async (_, open) => {
  await using storage = await open();
  expect(await storage.callbacks.next(ANA)).toMatchObject({ webhookId: `${ANA}-update`, seq: 1 });
});
