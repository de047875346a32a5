import type pg from 'pg';
import { systemClock } from '../../../../src/kit/clock.ts';
import { connectionConfig } from '../../../../src/storage/postgres/connect.ts';
import { START_LOCK } from '../../../../src/storage/postgres/database-lock.ts';
import { openPostgres } from '../../../../src/storage/postgres/open.ts';
import { startConnection, startOn } from '../../../../src/storage/postgres/start.ts';
import { MASTER_KEY } from '../../../contracts/storage/implementations.ts';
import { newPostgresUrl } from '../../../harness/shared-postgres.ts';
import { untilTrue } from '../../../harness/until.ts';
import { connected, described, execute } from './cluster/nodes.ts';

const LOCKS = `SELECT COUNT(*)::integer AS waiting FROM pg_locks
  WHERE locktype = 'advisory' AND NOT granted AND objid::bigint = (hashtext(current_schema())::bigint & 4294967295)`;
const take = (lock: number) => `SELECT pg_advisory_lock(${lock}, hashtext(current_schema()))`;
const DATABASE_LOCK = 41_730;

async function untilWaiting(url: string, count: number): Promise<void> {
  await untilTrue(async () => (await execute(url, LOCKS))[0].waiting === count);
}

describe('a start on PostgreSQL', () => {
  it.each(['alone', 'as a node'])('%s has the database from its first statement until it is closed', async (how) => {
    const url = await newPostgresUrl();
    const [holder, rival] = [await connected(url), await connected(url)];
    await holder.query(take(START_LOCK));
    const node = how === 'alone' ? undefined : { run: described('a'), lease: { isHeld: true } };
    const opening = openPostgres(url, { clock: systemClock, masterKey: MASTER_KEY, ...(node && { node }) });
    await untilWaiting(url, 1);
    const taken = rival.query(take(DATABASE_LOCK));
    await untilWaiting(url, 2);

    await holder.query('SELECT pg_advisory_unlock_all()');
    const storage = await opening;
    await storage.settings.set('a', '1');

    expect((await execute(url, LOCKS))[0].waiting).toBe(1);
    await storage[Symbol.asyncDispose]();
    await taken;
    await Promise.all([holder.end(), rival.end()]);
  });

  it('leaves the connection as it was, and lets the next node start', async () => {
    const url = await newPostgresUrl();
    const config = connectionConfig(url, { name: 'test', pipeline: true, transactionTimeoutMs: 5_000 });
    const shown = async (client: pg.Client, setting: string) =>
      (await client.query<string[]>({ text: `SHOW ${setting}`, rowMode: 'array' })).rows[0]?.[0];
    const client = await startConnection(config, 'test');
    const during = await startOn({ client, name: 'test', sharing: 'as-node' }, async () =>
      Promise.all([shown(client, 'transaction_timeout'), shown(client, 'lock_timeout')]),
    );

    expect(during).toEqual(['0', '10s']);
    expect([await shown(client, 'transaction_timeout'), await shown(client, 'lock_timeout')]).toEqual(['5s', '0']);
    const next = await connected(url);
    await next.query(take(START_LOCK));
    await Promise.all([client.end(), next.end()]);
  });
});
