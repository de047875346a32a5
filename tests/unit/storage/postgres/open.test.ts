import pg from 'pg';
import { Secret } from '../../../../src/kit/secret.ts';
import { systemClock } from '../../../../src/kit/clock.ts';
import type { Storage } from '../../../../src/ports/storage.ts';
import { connectionConfig } from '../../../../src/storage/postgres/connect.ts';
import { openPostgres, type PostgresOptions } from '../../../../src/storage/postgres/open.ts';
import { migrate } from '../../../../src/storage/postgres/migrations/migrate.ts';
import { sealNextKey } from '../../../../src/storage/shared/encryption/master-key.ts';
import { StorageInUseError, StorageKeyError, StorageTooNewError } from '../../../../src/storage/shared/errors.ts';
import { MASTER_KEY } from '../../../contracts/storage/implementations.ts';
import { ANA } from '../../../contracts/storage/support.ts';
import { untilTrue } from '../../../harness/until.ts';
import { emptyPostgresUrl, newPostgresUrl } from '../../../harness/shared-postgres.ts';

const OTHER_KEY = new Secret('5a'.repeat(32));

function open(url: string, options: Partial<PostgresOptions> = {}): Promise<Storage> {
  return openPostgres(url, { clock: systemClock, masterKey: MASTER_KEY, ...options });
}

/** A database in which something is stored. */
async function used(masterKey: Secret | null = MASTER_KEY, fresh = emptyPostgresUrl): Promise<string> {
  const url = await fresh();
  await using storage = await open(url, { masterKey });
  await storage.signalKeys.saveCredentials(ANA, 'secreto');
  return url;
}

async function execute(url: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client(connectionConfig(url, { name: 'test' }));
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}

describe('a storage in PostgreSQL', () => {
  it('belongs to one process at a time', async () => {
    const url = await emptyPostgresUrl();
    await using first = await open(url);
    await first.check();

    await expect(open(url)).rejects.toThrow(StorageInUseError);
    await expect(open(url)).rejects.toThrow(
      /^Another process is using postgres:\/\/127\.0\.0\.1:\d+\/postgres\. .+DATABASE_URL/,
    );
  });

  it('tells how many writes shared each commit', async () => {
    const writes: number[] = [];
    await using storage = await open(await emptyPostgresUrl(), { onCommit: (_ms, count) => void writes.push(count) });

    await Promise.all(['uno', 'dos', 'tres'].map((value) => storage.signalKeys.saveCredentials(ANA, value)));
    await storage.signalKeys.saveCredentials(ANA, 'cuatro');

    expect(writes.slice(-2)).toEqual([3, 1]);
  });

  it('is refused when a newer version has used it', async () => {
    const url = await used(MASTER_KEY, newPostgresUrl);
    await execute(url, 'INSERT INTO migrations (version) VALUES (999)');

    await expect(open(url)).rejects.toThrow(StorageTooNewError);
  });

  it('is refused by code that is too old for it, and opened by older code that can do without what is new', async () => {
    const url = await newPostgresUrl();
    const migrations = ['CREATE TABLE old ()', 'ALTER TABLE old ADD a text', 'CREATE TABLE fresh ()'];
    const newer = { migrations, oldestCode: new Map([[3, 2]]) };
    const older = (count: number) => ({ migrations: migrations.slice(0, count), oldestCode: new Map() });
    const client = new pg.Client(connectionConfig(url, { name: 'test' }));
    await client.connect();

    await migrate(client, 'it', older(2));
    await migrate(client, 'it', newer);
    await migrate(client, 'it', older(2));
    await expect(migrate(client, 'it', older(1))).rejects.toThrow(
      'The database it was written by a newer version (schema 3; this version knows 1). Run that version instead.',
    );
    await migrate(client, 'it', { ...newer, migrations: [...migrations, 'DROP TABLE old'] });
    await expect(migrate(client, 'it', newer)).rejects.toThrow(StorageTooNewError);
    await client.end();
  });

  it.each([
    ['no password', (url: URL) => (url.password = 'mal')],
    ['no server', (url: URL) => (url.port = '1')],
    ['no database', (url: URL) => (url.pathname = '/nada')],
  ])('is refused in one sentence without the password when there is %s', async (_what, change) => {
    const url = new URL(await newPostgresUrl());
    const { password } = url;
    change(url);

    const refusal = await open(url.href).catch((error: unknown) => error as Error);

    expect(refusal).toMatchObject({ name: 'StorageUnreadableError' });
    expect((refusal as Error).message).toMatch(/^Cannot open the database postgres:\/\/.+: .+\.$/);
    expect((refusal as Error).message).not.toContain(password);
  });

  it('is refused when the server would lose what it has confirmed, unless that is known', async () => {
    const url = await emptyPostgresUrl();
    await expect(open(url, { durability: 'replicated' })).rejects.toThrow(
      /it has no synchronous standby .+DATABASE_DURABILITY/,
    );
    await (await open(url, { durability: 'managed' }))[Symbol.asyncDispose]();

    await execute(url, 'ALTER SYSTEM SET fsync = off');
    await execute(url, 'SELECT pg_reload_conf()');
    await untilTrue(async () => (await execute(url, 'SHOW fsync')).rows[0].fsync === 'off');
    await expect(open(url, { durability: 'managed' })).rejects.toThrow(/it runs with fsync=off/);
    await (await open(url, { durability: 'single' }))[Symbol.asyncDispose]();
    await execute(url, 'ALTER SYSTEM RESET fsync');
    await execute(url, 'SELECT pg_reload_conf()');
  });
});

describe('an encrypted storage in PostgreSQL', () => {
  it('contains nothing in plaintext', async () => {
    const url = await used();
    const { rows } = await execute(url, 'SELECT value FROM credentials');
    expect(rows).toHaveLength(1);
    expect((rows[0].value as Buffer).includes('secreto')).toBe(false);
  });

  it('is refused without its key, and with another', async () => {
    const url = await used();
    await expect(open(url, { masterKey: null })).rejects.toThrow(StorageKeyError);
    await expect(open(url, { masterKey: OTHER_KEY })).rejects.toThrow(StorageKeyError);
    await using storage = await open(url);
    expect(await storage.signalKeys.credentials(ANA)).toBe('secreto');
  });

  it('is refused when somebody has put plaintext there, or has taken the common key away', async () => {
    await expect(open(await used(null))).rejects.toThrow(
      /it is not encrypted, although MASTER_KEY is set; .+ `npm run move-storage`/,
    );
    const url = await used();
    await execute(url, `DELETE FROM data_keys WHERE session_id = ''`);
    await expect(open(url)).rejects.toThrow(/its common data key is missing/);
  });

  it('gets another master key, and goes on under it', async () => {
    const url = await used();
    {
      await using storage = await open(url);
      await expect(storage.masterKey.change('algo')).rejects.toMatchObject({ code: 'wrong_master_key' });
      expect(await storage.masterKey.change(sealNextKey({ from: MASTER_KEY, to: OTHER_KEY }))).toBe(2);
      await storage.signalKeys.saveCredentials(ANA, 'después');
    }
    await expect(open(url)).rejects.toThrow(StorageKeyError);
    await using storage = await open(url, { masterKey: OTHER_KEY });
    expect(await storage.signalKeys.credentials(ANA)).toBe('después');
  });

  it('goes on without a session whose data key is damaged', async () => {
    const url = await used();
    await execute(url, `UPDATE data_keys SET wrapped = 'x' WHERE session_id = '${ANA}'`);
    await using storage = await open(url);

    expect(await storage.signalKeys.credentials(ANA)).toBeUndefined();
    await storage.signalKeys.saveCredentials(ANA, 'de nuevo');
    expect(await storage.signalKeys.credentials(ANA)).toBe('de nuevo');
    expect(await storage.damagedValues.count()).toBe(2);
  });
});
