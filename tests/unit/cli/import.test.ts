import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startSimulator } from '../../../simulator/start-simulator.ts';
import { runImportCommand } from '../../../src/cli/import-command.ts';
import { systemClock } from '../../../src/kit/clock.ts';
import { OperatorError } from '../../../src/kit/operator-error.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { connectionConfig } from '../../../src/storage/postgres/connect.ts';
import { UnusableSessionError } from '../../../src/ports/foreign-store.ts';
import { openStorage } from '../../../src/storage/sqlite/open.ts';
import { checkCredentials } from '../../../src/whatsapp/pairing/foreign-credentials.ts';
import { decode, encodeKey } from '../../../src/whatsapp/signal/key-codec.ts';
import { ANA } from '../../contracts/storage/support.ts';
import { newRecord } from '../../../src/domain/session.ts';
import { BaileysClient } from '../../harness/baileys-client.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { RedisServer } from '../../harness/redis-server.ts';
import { newPostgresUrl } from '../../harness/shared-postgres.ts';
import { testFolder } from '../../harness/test-folder.ts';
import { type Device, json, writeFolder } from './auth-folders.ts';

const ACCOUNT = '5491234567890';
const INSTANCE = '6f1c1ad4-9a0e-4f3f-8f0e-0a3d8a5b7c11';
const MASTER_KEY = randomMasterKey();

let device: Device;

/** Bare Baileys links a device, which talks with a person. */
beforeAll(async () => {
  await using whatsapp = await startSimulator();
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(ACCOUNT));
  await whatsapp.phone('5490987654321').sendText(ACCOUNT, 'hola');
  await client.text('hola');
  const entries = [...client.tables].flatMap(([type, table]) =>
    [...table].map(([id, value]) => [`${type}-${id}`, value] as const),
  );
  // Those of accounts that are older than this one.
  const others: [string, unknown][] = [
    ['sender-key-120363041234567890@g.us::5490987654321::0', Buffer.from('[{"senderKeyId":1}]')],
    ['app-state-sync-key-AAAA/+8=', { keyData: 'AAEC', timestamp: '1' }],
    ['lid-mapping-123456789_reverse', '5490987654321'],
    ['app-state-sync-version-regular', { version: 7, hash: Buffer.alloc(128), indexValueMap: {} }],
  ];
  device = { creds: client.creds, keys: new Map([...entries, ...others]) };
});

/** The keys that are taken over. */
const taken = () => [...device.keys].filter(([key]) => !key.startsWith('app-state-sync-version-'));

/** The fields of a hash, as Evolution and fazer's baileys-api write them. */
function fieldsOf({ creds, keys }: Device): [string, string][] {
  return [['creds', json(creds)], ...[...keys].map(([key, value]): [string, string] => [key, json(value)])];
}

async function fill(url: string, hashes: Record<string, [string, string][]>): Promise<void> {
  const redis = new Redis(url, { enableReadyCheck: false, disableClientInfo: true, retryStrategy: () => null });
  try {
    for (const [key, fields] of Object.entries(hashes)) await redis.hset(key, ...fields.flat());
  } finally {
    redis.disconnect();
  }
}

/** Runs the command on an orchestrator's empty storage, and returns what it prints. */
async function output(AUTH_DIR: string, ...args: string[]): Promise<string> {
  const printed: string[] = [];
  const environment = { AUTH_DIR, MASTER_KEY, BACKEND_BASE_URL: 'http://localhost:1' };
  const end = await runImportCommand(args, environment, (text) => printed.push(text));
  return [...printed, end].join('');
}

async function failureOf(command: Promise<string>): Promise<string> {
  const error: unknown = await command.catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(OperatorError);
  return (error as OperatorError).message;
}

/** Checks that the storage has the device, with each of its keys, under this name. */
async function expectImported(authDir: string, name: string): Promise<void> {
  await using storage = openStorage(authDir, systemClock, new Secret(MASTER_KEY));
  const [session, ...others] = await storage.sessions.all();
  expect(others).toEqual([]);
  expect(session).toMatchObject({
    ...{ phase: 'lost', announced: false, profile: { name } },
    identity: { phoneNumber: ACCOUNT, whatsappUserId: device.creds.me?.id },
  });
  const { sessionId } = session!;
  expect(await readdir(authDir)).toContain(sessionId);
  const stored = decode((await storage.signalKeys.credentials(sessionId)) ?? '') as AuthenticationCreds;
  const { noiseKey, signedIdentityKey, signedPreKey, advSecretKey, registrationId, nextPreKeyId } = device.creds;
  expect(json(stored)).toContain(json(noiseKey.private));
  expect(json(stored.signedIdentityKey)).toBe(
    json({ private: signedIdentityKey.private, public: signedIdentityKey.public }),
  );
  expect(json(stored.signedPreKey.signature)).toBe(json(signedPreKey.signature));
  expect(stored).toMatchObject({ advSecretKey, registrationId, nextPreKeyId });
  // What the phone shares is read anew at the first login, labels included.
  expect((await storage.signalKeys.get(sessionId, 'app-state-sync-version', ['regular'])).size).toBe(0);
  for (const [key, value] of taken()) {
    const [, type = '', id = ''] =
      /^(.+?-key|session|lid-mapping|device-list|tctoken|.+?-version|.+?-memory)-(.+)$/s.exec(key) ?? [];
    const found = await storage.signalKeys.get(sessionId, type, [id]);
    expect([key, found.get(id)]).toEqual([key, encodeKey(type, value)]);
  }
}

describe('WAHA', () => {
  it('is imported from its folder; sessions of other engines are named', async () => {
    const [authDir, sessions] = [await testFolder(), join(await testFolder(), '.sessions')];
    await writeFolder(join(sessions, 'noweb', 'default'), device);
    await writeFile(join(sessions, 'noweb', 'waha.sqlite3'), '');
    await writeFile(join(sessions, 'noweb', 'default', 'store.sqlite3'), '');
    await writeFolder(join(sessions, 'noweb', 'fresh'), { keys: new Map() });
    await mkdir(join(sessions, 'gows', 'sales'), { recursive: true });
    await mkdir(join(sessions, 'webjs', 'old'), { recursive: true });

    const printed = await output(authDir, `waha:${sessions}`);

    expect(printed).toContain(`default: imported as session_`);
    expect(printed).toContain(`with ${taken().length} keys.\n`);
    expect(printed).toContain('fresh: not imported: it has no creds.json.');
    expect(printed).toContain('gows/sales: not imported: it is a session of the engine GOWS (whatsmeow)');
    expect(printed).toContain('webjs/old: not imported: it is a browser profile');
    expect(printed).toContain('imported: 1, already here: 0, not imported: 3.');
    await expectImported(authDir, 'default');
    expect(await output(authDir, `waha:${join(sessions, 'noweb')}`, '--only', 'default')).toContain('already here');
  });
});

describe('Evolution API', () => {
  /** The tables as Evolution's migrations create them, as far as they are read. */
  const TABLES = `
    CREATE TYPE "InstanceConnectionStatus" AS ENUM ('open', 'close', 'connecting');
    CREATE TABLE "Instance" ("id" TEXT NOT NULL PRIMARY KEY, "name" VARCHAR(255) NOT NULL UNIQUE,
      "connectionStatus" "InstanceConnectionStatus" NOT NULL DEFAULT 'open', "ownerJid" VARCHAR(100),
      "profilePicUrl" VARCHAR(500), "integration" VARCHAR(100), "number" VARCHAR(100), "token" VARCHAR(255),
      "clientName" VARCHAR(100), "createdAt" TIMESTAMP DEFAULT CURRENT_TIMESTAMP, "updatedAt" TIMESTAMP);
    CREATE TABLE "Session" ("id" TEXT NOT NULL PRIMARY KEY, "sessionId" TEXT NOT NULL UNIQUE, "creds" TEXT,
      "createdAt" TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
      CONSTRAINT "Session_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Instance"("id") ON DELETE CASCADE);`;

  /** A database of Evolution's with these instances. */
  async function database(instances: { id: string; name: string; creds: string | null }[]): Promise<string> {
    const url = await newPostgresUrl();
    const client = new pg.Client(connectionConfig(url, { name: 'test' }));
    await client.connect();
    await client.query(TABLES);
    for (const { id, name, creds } of instances) {
      await client.query('INSERT INTO "Instance" ("id", "name") VALUES ($1, $2)', [id, name]);
      if (creds === null) continue;
      await client.query('INSERT INTO "Session" ("id", "sessionId", "creds") VALUES ($1, $2, $3)', [
        `c${id}`,
        id,
        creds,
      ]);
    }
    await client.end();
    return url;
  }

  /** Evolution stores the JSON of a text that is JSON. */
  const stored = (creds: unknown): string => JSON.stringify(json(creds));

  it('is imported from PostgreSQL, with the keys in its folder', async () => {
    const [authDir, instances] = [await testFolder(), await testFolder()];
    const url = await database([
      { id: INSTANCE, name: 'tienda', creds: stored(device.creds) },
      {
        id: '../../etc',
        name: 'sly',
        creds: stored({ ...device.creds, me: { id: '5491111111111:3@s.whatsapp.net' } }),
      },
      { id: 'c1', name: 'cloud\u001b[31m', creds: null },
      { id: 'c2', name: 'fresh', creds: stored({ ...device.creds, me: undefined, account: undefined }) },
      { id: 'c3', name: 'huge', creds: 'x'.repeat(1024 * 1024 + 1) },
    ]);
    await writeFolder(join(instances, INSTANCE), { keys: device.keys });

    const printed = await output(authDir, `evolution:${url}`, '--keys', instances);

    expect(printed).toContain(`tienda: imported as session_`);
    expect(printed).toContain('sly: not imported: its keys are missing');
    expect(printed).toContain('cloud?[31m: not imported: it has no credentials: it is not linked.');
    expect(printed).toContain('fresh: not imported: it is not linked.');
    expect(printed).toContain('huge: not imported: its credentials are too long.');
    expect(printed).not.toContain(new URL(url).password);
    await expectImported(authDir, 'tienda');
  });

  it('is imported from PostgreSQL, with the keys in Redis', async () => {
    const authDir = await testFolder();
    await using redis = await RedisServer.start();
    const url = await database([{ id: INSTANCE, name: 'tienda', creds: stored(device.creds) }]);
    await fill(redis.url, { [`evo:instance:${INSTANCE}`]: fieldsOf(device).filter(([field]) => field !== 'creds') });

    const printed = await output(authDir, `evolution:${url}`, '--keys', redis.url, '--prefix', 'evo');

    expect(printed).toContain(`with ${taken().length} keys.\n`);
    await expectImported(authDir, 'tienda');
  });

  it('is imported from Redis, of which nothing is changed', async () => {
    const authDir = await testFolder();
    await using redis = await RedisServer.start();
    const mine = fieldsOf(device);
    redis.texts.set('evolution:instance:a-text', 'no hash');
    await fill(redis.url, {
      'evolution:baileys:cache': [['creds-like', '1']],
      'evolution:instance:keys-only': [['pre-key-1', '{}']],
      [`evolution:instance:${INSTANCE}`]: mine,
      'evolution:old-one': [['creds', '{"encKey":"x"}']],
      'other:instance:x': mine,
    });
    redis.writes.length = 0;

    const printed = await output(authDir, `evolution:${redis.url}`);

    expect(printed).toContain(`${INSTANCE}: imported as session_`);
    expect(printed).toContain('old-one: not imported: its credentials are of WhatsApp Web before multi-device');
    expect(printed).toContain('imported: 1, already here: 0, not imported: 1.');
    expect(redis.writes).toEqual([]);
    await expectImported(authDir, INSTANCE);
  });

  it('needs to know where the keys are, and finds out whose tables these are', async () => {
    const [authDir, url, instances] = [await testFolder(), await newPostgresUrl(), await testFolder()];

    expect(await failureOf(output(authDir, `evolution:${url}`))).toContain('name that with --keys');
    const from = [`evolution:${url}`, '--keys', instances];
    expect(await failureOf(output(authDir, ...from))).toContain('has no tables "Session" and "Instance"');
    const client = new pg.Client(connectionConfig(url, { name: 'test' }));
    await client.connect();
    await client.query('CREATE TABLE whatsmeow_device (jid TEXT)');
    await client.end();
    expect(await failureOf(output(authDir, ...from))).toContain('has sessions of whatsmeow');
    const gone = 'evolution:postgres://user:geheim@127.0.0.1:1/evolution?schema=evolution_api';
    const refused = await failureOf(output(authDir, gone, '--keys', instances));
    expect(refused).toContain('Cannot read postgres://127.0.0.1:1/evolution: ');
    expect(refused).not.toContain('geheim');
  });
});

describe("fazer.ai's baileys-api", () => {
  it('is imported from Redis', async () => {
    const authDir = await testFolder();
    await using redis = await RedisServer.start();
    const metadata: [string, string] = [
      'metadata',
      '{"webhookUrl":"http://example.com","phoneNumber":"+5491234567890"}',
    ];
    await fill(redis.url, {
      '@baileys-api:connections:+5491234567890:authState': [...fieldsOf(device), metadata],
      '@baileys-api:connections:+5491234567890:other': [['creds', '{}']],
    });
    redis.writes.length = 0;

    const printed = await output(authDir, `fazer:${redis.url}`);

    expect(printed).toMatch(/^\+5491234567890: imported as session_/);
    expect(printed).toContain('imported: 1, already here: 0, not imported: 0.');
    expect(redis.writes).toEqual([]);
    await expectImported(authDir, '+5491234567890');
  });

  it('says that nobody answers, without the password', async () => {
    const message = await failureOf(output(await testFolder(), 'fazer:redis://:geheim@127.0.0.1:1/0'));
    expect(message).toContain('Cannot read redis://127.0.0.1:1/0: ');
    expect(message).not.toContain('geheim');
  });
});

describe('a folder that somebody made up', () => {
  const other = Buffer.alloc(32, 7);

  it.each<[string, () => object]>([
    ['it is not linked', () => ({ account: undefined })],
    ['it is not linked', () => ({ me: undefined })],
    ['"me" is missing or wrong', () => ({ me: { id: '../../../etc/passwd' } })],
    ['"me" is missing or wrong', () => ({ me: { id: `${'9'.repeat(500)}:1@s.whatsapp.net` } })],
    ['"me" is missing or wrong', () => ({ me: { ...device.creds.me, lid: { toString: 1 } } })],
    ['"account" is missing or wrong', () => ({ account: { ...device.creds.account, accountSignature: 'AAAA' } })],
    ['"noiseKey" is missing or wrong', () => ({ noiseKey: { private: other, public: other.subarray(1) } })],
    [
      '"signedIdentityKey" does not fit',
      () => ({ signedIdentityKey: { ...device.creds.signedIdentityKey, public: other } }),
    ],
    ['"signedPreKey" is missing or wrong', () => ({ signedPreKey: { ...device.creds.signedPreKey, keyId: -1 } })],
    ['"registrationId" is missing or wrong', () => ({ registrationId: '7' })],
    ['"advSecretKey" is missing or wrong', () => ({ advSecretKey: 'AAAA' })],
    ['"nextPreKeyId" is missing or wrong', () => ({ nextPreKeyId: null })],
  ])('is not imported: %s', (sentence, change) => {
    const check = (creds: object) => checkCredentials(json(creds));
    expect(check(device.creds).identity.phoneNumber).toBe(ACCOUNT);
    expect(() => check({ ...device.creds, ...change() })).toThrow(sentence);
    expect(() => check({ ...device.creds, ...change() })).toThrow(UnusableSessionError);
  });

  it('loses its damaged keys alone, follows no links, and cannot grow beyond bounds', async () => {
    const [authDir, source] = [await testFolder(), join(await testFolder(), 'one')];
    await writeFolder(source, device);
    await writeFile(join(source, 'pre-key-900001.json'), json({ private: other, public: Buffer.alloc(3) }));
    await writeFile(join(source, 'session-1.0.json'), '['.repeat(1_000_000));
    await writeFile(join(source, 'session-2.0.json'), '{"_sessions":');
    await writeFile(join(source, 'device-list-1.json'), '{"__proto__":[]}');
    await writeFile(join(source, 'sender-key-x.json'), `"${'x'.repeat(9 * 1024 * 1024)}"`);
    await symlink('/etc/hostname', join(source, 'lid-mapping-1.json'));
    await writeFile(join(source, 'what-is-this.json'), '{}');

    const printed = await output(authDir, `multi-file:${source}`);

    expect(printed).toContain(`with ${taken().length} keys. 6 damaged were left out`);
    await expectImported(authDir, 'one');
  });

  it('may be in the form of older versions: bytes as lists', async () => {
    const [authDir, source] = [await testFolder(), join(await testFolder(), 'one')];
    await writeFolder(source, device);
    const lists = (_: string, value: unknown): unknown => {
      const { type, data } = (value ?? {}) as { type?: string; data?: unknown };
      return type === 'Buffer' && Array.isArray(data) ? { buffer: true, data } : value;
    };
    await writeFile(join(source, 'creds.json'), JSON.stringify(device.creds, lists, 2));

    expect(await output(authDir, `multi-file:${source}`)).toContain('imported: 1');
    await expectImported(authDir, 'one');
  });
});

describe('the storage', () => {
  it('imports no more than there may be, and says which of those named is not there', async () => {
    const [authDir, source] = [await testFolder(), await testFolder()];
    await writeFolder(join(source, 'one'), device);
    const environment = { AUTH_DIR: authDir, MASTER_KEY, BACKEND_BASE_URL: 'http://localhost:1', MAX_SESSIONS: '1' };
    {
      await using storage = openStorage(authDir, systemClock, new Secret(MASTER_KEY));
      await storage.sessions.commit(newRecord(ANA, 'pairing', 1), []);
    }

    const printed: string[] = [];
    await runImportCommand([`multi-file:${source}`, '--only', 'one,two'], environment, (text) => printed.push(text));

    expect(printed.join('')).toBe(
      `one: not imported: there may be no more sessions here (MAX_SESSIONS).\ntwo: not imported: ${source} has no session of this name.\n`,
    );
  });
});
