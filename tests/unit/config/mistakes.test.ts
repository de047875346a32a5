import { readConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/environment.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';

const MASTER_KEY = randomMasterKey();
const PRODUCTION = {
  NODE_ENV: 'production',
  API_KEY: '9f3d1c0a97b5e426',
  BACKEND_BASE_URL: 'https://api.tudominio.com',
  MASTER_KEY,
};

/** The error that these settings lead to. */
function refused(environment: Record<string, string>): ConfigError {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('The settings were accepted');
}

const refusal = (environment: Record<string, string>) => refused(environment).message;

describe('several mistakes', () => {
  const problemsOf = (environment: Record<string, string>) => refused(environment).problems;

  it('are told at once, each with how to make the value', () => {
    const environment = { NODE_ENV: 'production', PORT: 'a door', MEDIA_S3_PREFIX: 'x', LOG_LEVEL: 'loud' };

    expect(problemsOf(environment)).toEqual([
      'API_KEY is required in production: make one with "openssl rand -hex 32" (or set ALLOW_UNAUTHENTICATED=true to run without one).',
      'PORT must be a whole number from 0 to 65535, but is "a door".',
      expect.stringMatching(/^BACKEND_BASE_URL is required in production: .*https:/),
      expect.stringMatching(/^MASTER_KEY or MASTER_KEY_FILE is required in production: make one with "openssl rand/),
      expect.stringMatching(/^MEDIA_S3_PREFIX is for files in a bucket/),
      expect.stringMatching(/^LOG_LEVEL must be one of/),
    ]);
    expect(refusal(environment)).toMatch(/^6 settings are wrong:\n- API_KEY is required.*\n- PORT /);
    expect(refusal(environment)).toContain('npm run setup');
  });

  it.each<[Record<string, string>, string[]]>([
    [{ ...PRODUCTION, API_KEY: 'con espacio' }, ['API_KEY']],
    [{ ...PRODUCTION, API_KEY: '', ALLOW_UNAUTHENTICATED: 'yes' }, ['ALLOW_UNAUTHENTICATED']],
    [{ ...PRODUCTION, MASTER_KEY: '', MASTER_KEY_FILE: '/not/there' }, ['MASTER_KEY_FILE']],
    [{ ...PRODUCTION, MASTER_KEY: 'x', NEW_MASTER_KEY: MASTER_KEY }, ['MASTER_KEY']],
    [{ ...PRODUCTION, BACKEND_BASE_URL: 'api' }, ['BACKEND_BASE_URL']],
    [{ MEDIA_S3_BUCKET: 'B', MEDIA_S3_PREFIX: 'x' }, ['MEDIA_S3_BUCKET']],
    [{ SINK_DATABASE_URL: 'mysql://x', SINK_TABLE: 'x' }, ['SINK_DATABASE_URL']],
    [{ REJECT_CALLS: 'yes', REJECT_CALLS_TEXT: 'no' }, ['REJECT_CALLS']],
    [{ CLUSTER_NODE_ID: '?', CLUSTER_HOST: '::' }, ['CLUSTER_NODE_ID']],
    [{ CLUSTER_NODE_ID: 'a', DATABASE_URL: 'x', CLUSTER_SECRET: 'short' }, ['DATABASE_URL', 'CLUSTER_SECRET']],
    [{ CLUSTER_NODE_ID: 'a', DATABASE_URL: 'postgres://h/d', CLUSTER_TLS_CA_FILE: '/no' }, ['CLUSTER_TLS_CA_FILE']],
    [{ CLUSTER_NODE_ID: 'a' }, ['CLUSTER_NODE_ID needs a database', 'CLUSTER_NODE_ID needs trust']],
  ])('do not count what one of them leads to: %j', (environment, beginnings) => {
    const problems = problemsOf(environment);

    expect(problems).toHaveLength(beginnings.length);
    for (const [at, beginning] of beginnings.entries()) expect(problems[at]).toMatch(new RegExp(`^${beginning} `));
  });
});

describe('a weak secret', () => {
  const STRONG = ['9f3d1c0a97b5e426', 'the-key-of-the-house', 'Ñandú corre veloz 7', MASTER_KEY];
  const WEAK: [string, string][] = [
    ['1', 'has fewer than 16 characters'],
    ['llave-de-la-casa'.slice(1), 'has fewer than 16 characters'],
    ['a'.repeat(40), 'repeats a few characters'],
    ['abc123'.repeat(6), 'repeats a few characters'],
    ['k3Xp9zQw'.repeat(2), 'repeats a few characters'],
    ['1234567890123456789012', 'is a sequence that can be guessed'],
    ['0123456789abcdef', 'is a sequence that can be guessed'],
    ['abcdefghijklmnopqrstuvwxyz', 'is a sequence that can be guessed'],
    ['change-me-to-something-long', 'is the value of an example'],
    ['my-secret-tu_api_key-123', 'is the value of an example'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'is the value of an example'],
  ];

  it.each(WEAK)('is refused in production, without being repeated: %s', (secret, why) => {
    for (const name of ['API_KEY', 'CALLBACK_SECRET']) {
      const sentence = refusal({ ...PRODUCTION, [name]: secret });
      expect(sentence).toBe(`${name} ${why}, and production needs a strong one: make one with "openssl rand -hex 32".`);
      expect(() => readConfig({ [name]: secret })).not.toThrow();
    }
  });

  it('is refused beside a strong one, and in every setting that we choose', () => {
    expect(refusal({ ...PRODUCTION, API_KEY: `${STRONG[0]!},1` })).toMatch(/^API_KEY has fewer/);
    expect(refusal({ ...PRODUCTION, KEY_PEPPER: 'x'.repeat(20) })).toMatch(/^KEY_PEPPER repeats/);
    const node = { CLUSTER_NODE_ID: 'a', DATABASE_URL: 'postgres://h/d', CLUSTER_SECRET: 'ab'.repeat(20) };
    expect(refusal({ ...PRODUCTION, ...node })).toMatch(/^CLUSTER_SECRET repeats/);
  });

  it('is not what a strong one is taken for', () => {
    for (const secret of STRONG) expect(() => readConfig({ ...PRODUCTION, CALLBACK_SECRET: secret })).not.toThrow();
    for (let made = 0; made < 300; made++) {
      const [hex, digits] = [randomMasterKey(), String(BigInt(`0x${randomMasterKey()}`)).slice(0, 40)];
      expect(() => readConfig({ ...PRODUCTION, API_KEY: `${hex.slice(0, 32)},${digits}` })).not.toThrow();
    }
  });

  it('may be what the backend chose: the settings of the seed are valid', () => {
    const seed = { BACKEND_BASE_URL: 'https://api.tudominio.com', PRODUCTION_API_KEY: 'tu_api_key', PORT: '3000' };
    const config = readConfig({ ...PRODUCTION, ...seed, BACKEND_TIMEOUT: '15000', BACKEND_RETRIES: '5' });

    expect(config.backend.apiKey?.reveal()).toBe('tu_api_key');
  });
});
