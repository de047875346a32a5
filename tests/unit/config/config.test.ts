import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/environment.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';

const MASTER_KEY = randomMasterKey();
const PRODUCTION = {
  NODE_ENV: 'production',
  API_KEY: '9f3d1c0a97b5e426',
  BACKEND_BASE_URL: 'https://api.tudominio.com',
  MASTER_KEY,
};

function refusal(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('The settings were accepted');
}

describe('the defaults', () => {
  it('are those of the seed and of the contract in development', () => {
    expect(readConfig({})).toMatchObject({
      mode: 'development',
      http: {
        ...{ host: '127.0.0.1', port: 3000, apiKeys: [], corsOrigin: 'local' },
        ...{ keyPepper: null, rateLimit: 6_000, trustProxy: false, dashboard: true },
      },
      backend: {
        baseUrl: 'http://localhost:8000',
        apiKey: null,
        timeoutMs: 5_000,
        retries: 2,
        poisonAfterMs: 3_600_000,
        retentionMs: 259_200_000,
      },
      sessions: {
        authDir: './auth_sessions',
        qrSessionTtlMs: 0,
        maxSessions: 0,
        maxPendingSessions: 100,
        pace: { perMinute: 0, burst: 5, perHour: 0, perDay: 0 },
        newConversationsPerDay: 0,
        warmUp: false,
        slowdown: 'off',
        calls: { reject: false, text: null },
        deliverOwnMessages: false,
        historyDays: 0,
        showMessages: false,
      },
      media: { downloadsDir: './downloads', download: false, host: undefined },
      whatsapp: {},
    });
  });

  it('retry more and grant no access in production', () => {
    expect(readConfig(PRODUCTION)).toMatchObject({
      mode: 'production',
      http: { host: '0.0.0.0', corsOrigin: [] },
      backend: { baseUrl: 'https://api.tudominio.com', timeoutMs: 15_000, retries: 5 },
      sessions: { pace: { perMinute: 20, burst: 5, perHour: 0, perDay: 0 }, newConversationsPerDay: 0 },
    });
  });

  it('apply to empty values', () => {
    expect(readConfig({ PORT: '', BACKEND_BASE_URL: '  ' })).toEqual(readConfig({}));
  });
});

describe('a setting', () => {
  it.each<[Record<string, string>, (config: Config) => unknown, unknown]>([
    [{ REJECT_CALLS: 'true', REJECT_CALLS_TEXT: 'no' }, ({ sessions }) => sessions.calls, { reject: true, text: 'no' }],
    [{ API_KEY: 'una, dos' }, ({ http }) => http.apiKeys.map((key) => key.reveal()), ['una', 'dos']],
    [
      { CORS_ORIGIN: 'https://a.com, https://b.com' },
      ({ http }) => http.corsOrigin,
      ['https://a.com', 'https://b.com'],
    ],
    [{}, ({ http }) => http.corsOrigin, 'local'],
    [{ CORS_ORIGIN: 'https://a.com, *' }, ({ http }) => http.corsOrigin, '*'],
    [{ API_KEY: 'k', HOST: '0.0.0.0' }, ({ http }) => http.host, '0.0.0.0'],
    [{ ALLOW_UNAUTHENTICATED: 'true', HOST: '::' }, ({ http }) => http.host, '::'],
    [{ HOST: '127.0.0.2' }, ({ http }) => http.host, '127.0.0.2'],
    [
      { ALLOWED_HOSTS: 'Orchestrator.example.org, b', HOST: 'localhost' },
      ({ http }) => http.allowedHosts,
      ['orchestrator.example.org', 'b', 'localhost'],
    ],
    [{ BACKEND_BASE_URL: 'http://x:8000/' }, ({ backend }) => backend.baseUrl, 'http://x:8000'],
    [{ KEY_PEPPER: 'sixteen characters' }, ({ http }) => http.keyPepper?.reveal(), 'sixteen characters'],
    [{ RATE_LIMIT: '0' }, ({ http }) => http.rateLimit, 0],
    [{ TRUST_PROXY: '2' }, ({ http }) => http.trustProxy, 2],
    [
      { TRUST_PROXY: 'loopback, 10.0.0.0/8, fd00::/8' },
      ({ http }) => http.trustProxy,
      ['loopback', '10.0.0.0/8', 'fd00::/8'],
    ],
    [{ MAX_PENDING_CALLBACKS: '5000' }, ({ bounds }) => bounds.maxPendingCallbacks, 5000],
    [{ MIN_FREE_DISK: '0' }, ({ bounds }) => bounds.minFreeDiskBytes, 0],
    [{ COMPRESSED_BODIES: 'true' }, ({ http }) => http.compressedBodies, true],
    [{ DASHBOARD: 'false' }, ({ http }) => http.dashboard, false],
    [{ MAX_SESSIONS: '3' }, ({ sessions }) => sessions.maxSessions, 3],
    [{ PRODUCTION_API_KEY: 'k' }, ({ backend }) => backend.apiKey?.reveal(), 'k'],
    [{ CALLBACK_RETENTION: '3d' }, ({ backend }) => backend.retentionMs, 259_200_000],
    [{ CALLBACK_POISON_AFTER: '10m' }, ({ backend }) => backend.poisonAfterMs, 600_000],
    [{ CALLBACK_RETENTION: '90m' }, ({ backend }) => backend.retentionMs, 5_400_000],
    [{ QR_SESSION_TTL: '300' }, ({ sessions }) => sessions.qrSessionTtlMs, 300_000],
    [{ CALLBACK_OWN_MESSAGES: 'true' }, ({ sessions }) => sessions.deliverOwnMessages, true],
    [{ HISTORY_DAYS: '30' }, ({ sessions }) => sessions.historyDays, 30],
    [{ DASHBOARD_MESSAGES: 'true' }, ({ sessions }) => sessions.showMessages, true],
    [{ DOWNLOAD_MEDIA: 'true' }, ({ media }) => media.download, true],
    [{ DOWNLOADS_RETENTION_DAYS: '7' }, ({ media }) => media.retentionMs, 7 * 24 * 3_600_000],
    [{ DOWNLOADS_RETENTION_DAYS: '0' }, ({ media }) => media.retentionMs, 0],
    [{ WHATSAPP_WS_URL: 'ws://127.0.0.1:5222/ws' }, ({ whatsapp }) => whatsapp.wsUrl, 'ws://127.0.0.1:5222/ws'],
    [{ WHATSAPP_ROOT_KEY: 'ab'.repeat(32) }, ({ whatsapp }) => whatsapp.rootKey, Buffer.alloc(32, 0xab)],
    [{ WHATSAPP_VERSION: '2.3000.1' }, ({ whatsapp }) => whatsapp.version, [2, 3000, 1]],
    [{ WHATSAPP_MEDIA_HOST: '127.0.0.1:8443' }, ({ media }) => media.host, '127.0.0.1:8443'],
    [
      { MEDIA_URL_ALLOWED_HOSTS: 'Files.example, 127.1:8080,[::1]:80,' },
      ({ media }) => media.urlAllowedHosts,
      ['files.example', '127.0.0.1:8080', '[::1]:80'],
    ],
    [
      { MEDIA_S3_BUCKET: 'our-files' },
      ({ media }) => media.bucket,
      { bucket: 'our-files', endpoint: null, region: null, prefix: '', pathStyle: false },
    ],
    [
      {
        ...{
          MEDIA_S3_BUCKET: 'our.files',
          MEDIA_S3_ENDPOINT: 'https://minio.internal:9000',
          MEDIA_S3_REGION: 'eu-south-2',
        },
        ...{ MEDIA_S3_PREFIX: 'whatsapp/node_1.a', MEDIA_S3_PATH_STYLE: 'true' },
      },
      ({ media }) => media.bucket,
      {
        ...{ bucket: 'our.files', endpoint: 'https://minio.internal:9000', region: 'eu-south-2' },
        ...{ prefix: 'whatsapp/node_1.a', pathStyle: true },
      },
    ],
    [{ LOG_LEVEL: 'debug', LOG_FORMAT: 'pretty' }, ({ log }) => log, { level: 'debug', format: 'pretty' }],
  ])('%j takes effect', (environment, read, value) => {
    expect(read(readConfig(environment))).toEqual(value);
  });

  it.each<[string, Record<string, string>]>([
    ['REJECT_CALLS_TEXT', { REJECT_CALLS_TEXT: 'no' }],
    ['REJECT_CALLS_TEXT', { REJECT_CALLS: 'true', REJECT_CALLS_TEXT: 'n'.repeat(4_097) }],
    ['NODE_ENV', { NODE_ENV: 'staging' }],
    ['PORT', { PORT: '65536' }],
    ['PORT', { PORT: '-1' }],
    ['API_KEY', { ...PRODUCTION, API_KEY: '' }],
    ['API_KEY', { API_KEY: 'con espacio' }],
    ['KEY_PEPPER', { KEY_PEPPER: 'short' }],
    ['RATE_LIMIT', { RATE_LIMIT: '-1' }],
    ['MAX_PENDING_CALLBACKS', { MAX_PENDING_CALLBACKS: '-1' }],
    ['MIN_FREE_DISK', { MIN_FREE_DISK: '100MB' }],
    ['MAX_SESSIONS', { MAX_SESSIONS: 'many' }],
    ['TRUST_PROXY', { TRUST_PROXY: 'true' }],
    ['TRUST_PROXY', { TRUST_PROXY: '0' }],
    ['TRUST_PROXY', { TRUST_PROXY: '1, 10.0.0.1' }],
    ['TRUST_PROXY', { TRUST_PROXY: '10.0.0.0/33' }],
    ['TRUST_PROXY', { TRUST_PROXY: '0.0.0.0/0' }],
    ['HOST', { HOST: '0.0.0.0' }],
    ['HOST', { HOST: '::' }],
    ['HOST', { HOST: '192.168.1.5' }],
    ['HOST', { HOST: '127.example.org' }],
    ['ALLOWED_HOSTS', { ALLOWED_HOSTS: 'https://a.example' }],
    ['ALLOWED_HOSTS', { ALLOWED_HOSTS: 'a.example:3000' }],
    ['ALLOW_UNAUTHENTICATED', { API_KEY: 'k', ALLOW_UNAUTHENTICATED: 'true' }],
    ['ALLOW_UNAUTHENTICATED', { ALLOW_UNAUTHENTICATED: 'yes' }],
    ['BACKEND_BASE_URL', { ...PRODUCTION, BACKEND_BASE_URL: '' }],
    ['BACKEND_BASE_URL', { BACKEND_BASE_URL: 'ftp://x' }],
    ['BACKEND_BASE_URL', { BACKEND_BASE_URL: 'http://user:pass@x' }],
    ['BACKEND_TIMEOUT', { BACKEND_TIMEOUT: 'soon' }],
    ['CALLBACK_POISON_AFTER', { CALLBACK_POISON_AFTER: '0' }],
    ['CALLBACK_POISON_AFTER', { CALLBACK_POISON_AFTER: 'soon' }],
    ['BACKEND_RETRIES', { BACKEND_RETRIES: '1.5' }],
    ['CALLBACK_RETENTION', { CALLBACK_RETENTION: '3 weeks' }],
    ['CALLBACK_SECRET', { CALLBACK_SECRET: 'whsec_%%' }],
    ['MAX_PENDING_SESSIONS', { MAX_PENDING_SESSIONS: '0' }],
    ['QR_SESSION_TTL', { QR_SESSION_TTL: '-5' }],
    ['SEND_RATE', { SEND_RATE: 'fast' }],
    ['SEND_BURST', { SEND_BURST: '0' }],
    ['SEND_RATE_HOUR', { SEND_RATE_HOUR: '-1' }],
    ['SEND_RATE_DAY', { SEND_RATE_DAY: '1.5' }],
    ['NEW_CONVERSATIONS_DAY', { NEW_CONVERSATIONS_DAY: 'some' }],
    ['WARM_UP', { WARM_UP: 'slowly' }],
    ['SEND_SLOWDOWN', { SEND_SLOWDOWN: 'on' }],
    ['MAX_MEDIA_BYTES', { MAX_MEDIA_BYTES: '0' }],
    ['WHATSAPP_WS_URL', { WHATSAPP_WS_URL: 'http://x' }],
    ['WHATSAPP_ROOT_KEY', { WHATSAPP_ROOT_KEY: 'abcd' }],
    ['WHATSAPP_VERSION', { WHATSAPP_VERSION: 'latest' }],
    ['WHATSAPP_MEDIA_HOST', { WHATSAPP_MEDIA_HOST: 'https://x/y' }],
    ['WHATSAPP_MEDIA_HOST', { WHATSAPP_MEDIA_HOST: 'x:70000' }],
    ['DOWNLOADS_RETENTION_DAYS', { DOWNLOADS_RETENTION_DAYS: '-1' }],
    ['MEDIA_URL_ALLOWED_HOSTS', { MEDIA_URL_ALLOWED_HOSTS: 'http://files.example' }],
    ['MEDIA_URL_ALLOWED_HOSTS', { MEDIA_URL_ALLOWED_HOSTS: 'a.example, me:word@files.example' }],
    ['MEDIA_URL_ALLOWED_HOSTS', { MEDIA_URL_ALLOWED_HOSTS: 'files.example:70000' }],
    ['SINK_DATABASE_URL', { SINK_DATABASE_URL: 'mysql://shop/events' }],
    ['SINK_TABLE', { SINK_DATABASE_URL: 'postgres://shop/events', SINK_TABLE: 'Events' }],
    ['SINK_TABLE', { SINK_DATABASE_URL: 'postgres://shop/events', SINK_TABLE: 'x; DROP TABLE y' }],
    ['SINK_TABLE', { SINK_TABLE: 'events' }],
    ['SINK_EVENTS', { SINK_EVENTS: 'message-received' }],
    ['SINK_RETENTION', { SINK_DATABASE_URL: 'postgres://shop/events', SINK_RETENTION: 'a week' }],
    ['SINK_EVENTS', { SINK_DATABASE_URL: 'postgres://shop/events', SINK_EVENTS: 'messages' }],
    ['MEDIA_S3_BUCKET', { MEDIA_S3_BUCKET: 's3://our-files' }],
    ['MEDIA_S3_BUCKET', { MEDIA_S3_BUCKET: 'Our_Files' }],
    ['MEDIA_S3_BUCKET', { MEDIA_S3_BUCKET: 'our-files/whatsapp' }],
    ['MEDIA_S3_ENDPOINT', { MEDIA_S3_BUCKET: 'our-files', MEDIA_S3_ENDPOINT: 'minio.internal:9000' }],
    ['MEDIA_S3_ENDPOINT', { MEDIA_S3_BUCKET: 'our-files', MEDIA_S3_ENDPOINT: 'https://me:word@minio.internal' }],
    ['MEDIA_S3_REGION', { MEDIA_S3_BUCKET: 'our-files', MEDIA_S3_REGION: 'eu central' }],
    ['MEDIA_S3_PREFIX', { MEDIA_S3_BUCKET: 'our-files', MEDIA_S3_PREFIX: '/whatsapp' }],
    ['MEDIA_S3_PREFIX', { MEDIA_S3_BUCKET: 'our-files', MEDIA_S3_PREFIX: 'whatsapp/' }],
    ['MEDIA_S3_PREFIX', { MEDIA_S3_BUCKET: 'our-files', MEDIA_S3_PREFIX: 'a/../b' }],
    ['MEDIA_S3_PREFIX', { MEDIA_S3_BUCKET: 'our-files', MEDIA_S3_PREFIX: 'a b' }],
    ['MEDIA_S3_PATH_STYLE', { MEDIA_S3_BUCKET: 'our-files', MEDIA_S3_PATH_STYLE: 'yes' }],
    ['MEDIA_S3_ENDPOINT', { MEDIA_S3_ENDPOINT: 'https://minio.internal:9000' }],
    ['MEDIA_S3_PREFIX', { MEDIA_S3_PREFIX: 'whatsapp' }],
    ['MEDIA_S3_PATH_STYLE', { MEDIA_S3_PATH_STYLE: 'true' }],
    ['MASTER_KEY', { ...PRODUCTION, MASTER_KEY: '' }],
    ['MASTER_KEY', { MASTER_KEY: MASTER_KEY.slice(2) }],
    ['MASTER_KEY', { MASTER_KEY: `${MASTER_KEY}00` }],
    ['MASTER_KEY', { MASTER_KEY: '0'.repeat(64) }],
    ['MASTER_KEY', { MASTER_KEY: '0123456789abcdef'.repeat(4) }],
    ['MASTER_KEY', { MASTER_KEY: 'A'.repeat(43) }],
    ['MASTER_KEY', { NEW_MASTER_KEY: MASTER_KEY }],
    ['NEW_MASTER_KEY', { MASTER_KEY, NEW_MASTER_KEY: MASTER_KEY.slice(2) }],
    ['NEW_MASTER_KEY_FILE', { MASTER_KEY, NEW_MASTER_KEY: MASTER_KEY, NEW_MASTER_KEY_FILE: '/dev/null' }],
    ['MASTER_KEY_FILE', { MASTER_KEY, MASTER_KEY_FILE: '/dev/null' }],
    ['MASTER_KEY_FILE', { MASTER_KEY_FILE: '/not/there' }],
    ['MASTER_KEY_FILE', { MASTER_KEY_FILE: '/dev/null' }],
    ['ALLOW_PLAINTEXT_STORAGE', { MASTER_KEY, ALLOW_PLAINTEXT_STORAGE: 'true' }],
    ['ALLOW_PLAINTEXT_STORAGE', { ALLOW_PLAINTEXT_STORAGE: 'yes' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['LOG_FORMAT', { LOG_FORMAT: 'xml' }],
  ])('is refused with its name if %s is invalid: %j', (name, environment) => {
    expect(() => readConfig(environment)).toThrow(ConfigError);
    expect(() => readConfig(environment)).toThrow(name);
  });

  it('never appears in an error if it may be a secret', () => {
    expect(refusal({ WHATSAPP_ROOT_KEY: 'mi-clave' })).not.toContain('clave');
    expect(refusal({ BACKEND_BASE_URL: 'http://user:clave@x' })).not.toContain('clave');
    expect(refusal({ MEDIA_URL_ALLOWED_HOSTS: 'me:clave@x' })).not.toContain('clave');
    expect(refusal({ MEDIA_S3_ENDPOINT: 'https://me:clave@x' })).not.toContain('clave');
    expect(refusal({ MASTER_KEY: 'mi-clave' })).not.toContain('clave');
    expect(refusal({ PORT: 'ochenta' })).toContain('ochenta');
  });

  it('may be a master key in hex, in base64, or in a file', async () => {
    const base64 = Buffer.from(MASTER_KEY, 'hex').toString('base64');
    const file = join(await mkdtemp(join(tmpdir(), 'config-')), 'key');
    await writeFile(file, `${base64}\n`);

    for (const environment of [
      { MASTER_KEY: MASTER_KEY.toUpperCase() },
      { MASTER_KEY: base64 },
      { MASTER_KEY_FILE: file },
    ]) {
      expect(readConfig(environment).storage.masterKey?.reveal()).toBe(MASTER_KEY);
    }
    await rm(file, { recursive: true });
  });

  it('must allow plaintext storage explicitly in production', () => {
    const config = readConfig({ ...PRODUCTION, MASTER_KEY: '', ALLOW_PLAINTEXT_STORAGE: 'true' });

    expect(config.storage.masterKey).toBeNull();
  });

  it('must allow access without keys explicitly in production', () => {
    const config = readConfig({ ...PRODUCTION, API_KEY: '', ALLOW_UNAUTHENTICATED: 'true' });

    expect(config.http.apiKeys).toEqual([]);
  });
});

describe('DATABASE_URL', () => {
  it('is refused together with ENCRYPT_EXISTING_STORAGE, which would do nothing, with the way that there is', () => {
    const settings = { DATABASE_URL: 'postgres://host/name', ENCRYPT_EXISTING_STORAGE: 'true' };

    expect(refusal(settings)).toMatch(
      /^ENCRYPT_EXISTING_STORAGE encrypts a SQLite file only: .+ `npm run move-storage`/,
    );
    expect(readConfig({ ...settings, ENCRYPT_EXISTING_STORAGE: 'false' }).storage.adoptPlaintext).toBe(false);
  });

  const URL_WITH_PASSWORD = 'postgres://ana:s3creta@db.example.com/orchestrator';

  it('is a secret, and says nothing of durability in development', () => {
    const { storage } = readConfig({ DATABASE_URL: URL_WITH_PASSWORD });
    expect(storage.databaseUrl?.reveal()).toBe(URL_WITH_PASSWORD);
    expect(JSON.stringify(storage)).not.toContain('s3creta');
    expect(storage.durability).toBe('single');
  });

  it('needs a standby in production, unless DATABASE_DURABILITY says otherwise', () => {
    expect(readConfig({ ...PRODUCTION, DATABASE_URL: URL_WITH_PASSWORD }).storage.durability).toBe('replicated');
    expect(readConfig({ ...PRODUCTION, DATABASE_DURABILITY: 'managed' }).storage.durability).toBe('managed');
    expect(refusal({ DATABASE_DURABILITY: 'perhaps' })).toBe(
      'DATABASE_DURABILITY must be one of replicated, managed, single, but is "perhaps".',
    );
  });

  it.each(['mysql://ana:s3creta@db/x', 'postgres://ana:s3creta@db', 'ana:s3creta@db', 'postgres:///x'])(
    'refuses %s without repeating it',
    (text) => {
      expect(refusal({ DATABASE_URL: text })).toBe(
        'DATABASE_URL must be a URL such as postgres://user:password@host/database.',
      );
    },
  );
});
