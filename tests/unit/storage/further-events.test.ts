import Sqlite from 'better-sqlite3';
import { join } from 'node:path';
import type { FurtherEvent } from '../../../src/domain/further-event.ts';
import type { Subscription } from '../../../src/domain/subscription.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { init } from '../../../src/storage/postgres/migrations/001-init.ts';
import { cluster } from '../../../src/storage/postgres/migrations/002-cluster.ts';
import { browserTokens } from '../../../src/storage/postgres/migrations/003-browser-tokens.ts';
import { home } from '../../../src/storage/postgres/migrations/004-home.ts';
import { subscriptions } from '../../../src/storage/postgres/migrations/005-subscriptions.ts';
import { openPostgres } from '../../../src/storage/postgres/open.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { MASTER_KEY } from '../../contracts/storage/implementations.ts';
import { ANA, BEA, record, statusUpdate } from '../../contracts/storage/support.ts';
import { newPostgresUrl } from '../../harness/shared-postgres.ts';
import { tamper } from '../../harness/sqlite-file.ts';
import { testFolder } from '../../harness/test-folder.ts';
import { clock, UNDO_17_TO_21 } from './filled.ts';
import { execute } from './postgres/cluster/nodes.ts';

const SHOP: Subscription = {
  ...{ id: 'sub_shop', name: 'the shop', url: 'https://shop.example.com/', events: null, sessions: null, headers: {} },
  ...{ secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAA', isPaused: false, createdAtMs: 1 },
};
const ALL = { after: 0, limit: 9 };

/** Calls become further events under these ids. */
async function add({ furtherEvents }: Storage, ...webhookIds: string[]): Promise<void> {
  const event = { kind: 'call', body: { session_id: ANA, timestamp: '' } } as FurtherEvent;
  await furtherEvents.add(
    ANA,
    webhookIds.map((webhookId) => ({ event, webhookId })),
  );
}

async function drain({ subscriptions: store }: Storage): Promise<string[]> {
  const queue = store.queueOf(SHOP);
  const delivered: string[] = [];
  for (let it = await queue.next(ANA); it; it = await queue.next(ANA)) {
    delivered.push(`${it.seq} ${it.webhookId}`);
    await queue.delivered(it, clock.now());
  }
  return delivered;
}

/** A database of either kind, closed, that somebody who can write it has changed. */
interface Home {
  open: () => Promise<Storage>;
  damage: (webhookId: string) => Promise<void>;
}

async function sqlite(): Promise<Home> {
  const folder = await testFolder();
  return {
    open: async () => Promise.resolve(openStorage(folder, clock, MASTER_KEY)),
    damage: (id) => {
      const sql = `UPDATE further_events SET body = 'AAAA' WHERE webhook_id = ?`;
      tamper(folder, (db) => db.prepare(sql).run(id));
      return Promise.resolve();
    },
  };
}

async function postgres(): Promise<Home> {
  const url = await newPostgresUrl();
  return {
    open: () => openPostgres(url, { clock, masterKey: MASTER_KEY }),
    damage: async (id) => {
      await execute(url, `UPDATE further_events SET body = 'AAAA'::bytea WHERE webhook_id = $1`, [id]);
    },
  };
}

it.each([
  ['SQLite', sqlite],
  ['PostgreSQL', postgres],
])('a damaged further event in %s is a dead letter of each webhook, and holds up nothing', async (_, make) => {
  const home = await make();
  {
    await using storage = await home.open();
    await storage.sessions.commit(record(ANA), []);
    await storage.subscriptions.add(SHOP);
    await add(storage, 'bad', 'good');
    await storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a1')]);
  }
  await home.damage('bad');
  await using storage = await home.open();

  expect(await drain(storage)).toEqual(['null good', '1 a1']);

  const [letter] = await storage.subscriptions.deadLetters(SHOP.id, ALL);
  expect(letter).toMatchObject({ webhookId: 'bad', error: 'its stored content is damaged' });
  expect(await storage.subscriptions.letterOf(SHOP.id, letter!.id)).toBeNull();
});

/** A webhook that has received the first of two events, before there were further ones. */
async function olderSqlite(): Promise<Storage> {
  const folder = await testFolder();
  {
    await using storage = openStorage(folder, clock, null);
    await storage.subscriptions.add(SHOP);
    await storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a1'), statusUpdate(ANA, 'a2')]);
    const queue = storage.subscriptions.queueOf(SHOP);
    await queue.delivered((await queue.next(ANA))!, 1);
  }
  const file = new Sqlite(join(folder, 'orchestrator.db'));
  file.exec(UNDO_17_TO_21);
  file.pragma('user_version = 16');
  file.close();
  return openStorage(folder, clock, null);
}

async function olderPostgres(): Promise<Storage> {
  const url = await newPostgresUrl();
  const schema = [init, cluster, browserTokens, home, subscriptions];
  const versions = schema.map((_, at) => `(${at + 1})`).join();
  await execute(
    url,
    `CREATE TABLE migrations (version integer PRIMARY KEY); INSERT INTO migrations VALUES ${versions}`,
  );
  for (const migration of schema) await execute(url, migration);
  const { id, createdAtMs, ...spec } = SHOP;
  const bytes = Buffer.from(JSON.stringify(spec));
  await execute(url, 'INSERT INTO subscriptions VALUES ($1, $2, $3)', [id, bytes, createdAtMs]);
  await execute(url, 'INSERT INTO sequences (session_id, last_seq) VALUES ($1, 2)', [ANA]);
  await execute(url, 'INSERT INTO subscription_progress (subscription_id, session_id, seq) VALUES ($1, $2, 1)', [
    id,
    ANA,
  ]);
  for (const seq of [1, 2]) {
    await execute(
      url,
      `INSERT INTO callbacks (webhook_id, session_id, seq, position, kind, body, created_at_ms)
       VALUES ($3, $1, $2, $2, 'status-update', '{}', 1)`,
      [ANA, seq, `a${seq}`],
    );
  }
  return openPostgres(url, { clock, masterKey: null });
}

it.each([
  ['SQLite', olderSqlite],
  ['PostgreSQL', olderPostgres],
])('a webhook of an older database in %s goes on where it was, and receives further events', async (_, open) => {
  await using storage = await open();
  await add(storage, 'g1');
  await storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a3')]);

  expect(await storage.subscriptions.all()).toEqual([SHOP]);
  expect(await drain(storage)).toEqual(['2 a2', 'null g1', '3 a3']);
  expect(await storage.subscriptions.queueOf(SHOP).next(BEA)).toBeUndefined();
});
