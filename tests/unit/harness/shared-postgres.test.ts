import pg from 'pg';
import { systemClock } from '../../../src/kit/clock.ts';
import { LOCK } from '../../../src/storage/postgres/database-lock.ts';
import { openPostgres } from '../../../src/storage/postgres/open.ts';
import { MASTER_KEY } from '../../contracts/storage/implementations.ts';
import { ANA, record, statusUpdate } from '../../contracts/storage/support.ts';
import { emptyPostgresUrl, newPostgresUrl } from '../../harness/shared-postgres.ts';
import { untilTrue } from '../../harness/until.ts';

async function connected(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function ask(client: pg.Client, sql: string): Promise<unknown> {
  const { rows } = await client.query({ text: sql, rowMode: 'array' });
  return (rows as unknown[][])[0]?.[0];
}

/** Every row of every table, and where its sequences are. */
async function contents(url: string): Promise<unknown> {
  const client = await connected(url, 'contents');
  const { rows: tables } = await client.query<{ name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1',
  );
  const stored: Record<string, unknown> = {};
  for (const { name } of tables) stored[name] = (await client.query(`SELECT * FROM ${name}`)).rows;
  const { rows: sequences } = await client.query(
    'SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() ORDER BY 1',
  );
  await client.end();
  return { ...stored, cluster: [{ ...(stored.cluster as object[])[0], position_base: 0, home: '' }], sequences };
}

/** The contents of a new storage, as it is when it was opened and closed. */
async function openedOnce(url: string): Promise<unknown> {
  await (await openPostgres(url, { clock: systemClock, masterKey: null }))[Symbol.asyncDispose]();
  return contents(url);
}

describe('an empty storage for a test', () => {
  let before = '';

  it('is left with what the test stored', async () => {
    before = await emptyPostgresUrl();
    await using storage = await openPostgres(before, { clock: systemClock, masterKey: MASTER_KEY });
    await storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a1')]);
    await storage.signalKeys.saveCredentials(ANA, 'de Ana');
    expect(await storage.callbacks.next(ANA)).toMatchObject({ webhookId: 'a1' });
  });

  it('is like a new one for the next test', async () => {
    const url = await emptyPostgresUrl();

    expect(url).toBe(before);
    expect(await openedOnce(url)).toEqual(await openedOnce(await newPostgresUrl()));
  });

  it('is not given to a test while somebody still uses it', async () => {
    await emptyPostgresUrl();
    const holder = await connected(before, 'holder');
    await holder.query(`SELECT pg_advisory_lock(${LOCK}, hashtext(current_schema()))`);
    const other = await connected(before, 'other');

    const isEmptied = await ask(other, 'SELECT public.emptied(current_schema())');

    expect(isEmptied).toBe(false);
    await Promise.all([holder.end(), other.end()]);
  });
});

describe('a connection to it', () => {
  it('is used by the next client, without settings, locks and name of the last', async () => {
    const url = await emptyPostgresUrl();
    const first = await connected(url, 'first');
    await first.query(`SET lock_timeout = '7s'; SELECT pg_advisory_lock(1)`);
    const pid = await ask(first, 'SELECT pg_backend_pid()');
    await first.end();

    const second = await connected(url, "the 'second'");

    expect(await ask(second, 'SELECT pg_backend_pid()')).toBe(pid);
    expect(await ask(second, 'SHOW lock_timeout')).toBe('0');
    expect(await ask(second, 'SHOW application_name')).toBe("the 'second'");
    expect(
      await ask(second, `SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = ${pid as number}`),
    ).toBe(0);
    await second.end();
  });

  it('ends with a client that breaks off, or leaves a transaction open', async () => {
    const url = await emptyPostgresUrl();
    const [broken, open, last] = [await connected(url, 'a'), await connected(url, 'b'), await connected(url, 'c')];
    const pids = [await ask(broken, 'SELECT pg_backend_pid()'), await ask(open, 'SELECT pg_backend_pid()')];
    await open.query('BEGIN');

    (broken as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy();
    await open.end();

    const alive = `SELECT count(*)::int FROM pg_stat_activity WHERE pid IN (${pids.join()})`;
    await untilTrue(async () => (await ask(last, alive)) === 0);
    await last.end();
  });
});
