import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/environment.ts';

const SECRET = 's'.repeat(32);
const NODE = {
  CLUSTER_NODE_ID: 'orchestrator-1',
  DATABASE_URL: 'postgres://ana:s3creta@db/orchestrator',
  CLUSTER_SECRET: SECRET,
};
const TLS_FILES = ['CLUSTER_TLS_CA_FILE', 'CLUSTER_TLS_CERT_FILE', 'CLUSTER_TLS_KEY_FILE'];

let folder: string;
let tls: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
  const file = join(folder, 'some.pem');
  await writeFile(file, 'PEM');
  tls = { ...NODE, CLUSTER_SECRET: '', ...Object.fromEntries(TLS_FILES.map((name) => [name, file])) };
});

afterAll(() => rm(folder, { recursive: true }));

describe('a cluster', () => {
  it('is off without CLUSTER_NODE_ID', () => {
    expect(readConfig({}).cluster).toBeNull();
    expect(readConfig({ CLUSTER_PORT: '4000', CLUSTER_LEASE: '30s' }).cluster).toBeNull();
  });

  it('is on with a name, a database and a secret', () => {
    const { cluster } = readConfig(NODE);

    expect(cluster).toMatchObject({
      ...{ nodeId: 'orchestrator-1', url: 'http://orchestrator-1:3001', host: '127.0.0.1', port: 3001 },
      ...{ trust: { kind: 'secret' }, leaseMs: 15_000, drainMs: 60_000, capacity: 2_000 },
    });
    expect(cluster?.trust.kind === 'secret' && cluster.trust.secret.reveal()).toBe(SECRET);
  });

  it('takes every other setting', () => {
    const others = { CLUSTER_URL: 'http://10.0.0.7:4001/', CLUSTER_HOST: '::', CLUSTER_PORT: '4000' };
    const sizes = { CLUSTER_LEASE: '30', CLUSTER_DRAIN: '2m', CLUSTER_CAPACITY: '500' };

    expect(readConfig({ ...NODE, ...others, ...sizes }).cluster).toMatchObject({
      ...{ url: 'http://10.0.0.7:4001', host: '::', port: 4000, leaseMs: 30_000, drainMs: 120_000, capacity: 500 },
    });
  });

  it('listens where the API does, unless told otherwise', () => {
    expect(readConfig({ ...NODE, HOST: 'localhost' }).cluster?.host).toBe('localhost');
  });

  it('has no URL before its port is known', () => {
    expect(readConfig({ ...NODE, CLUSTER_PORT: '0' }).cluster?.url).toBeNull();
  });

  it('may have certificates instead of a secret', () => {
    const file = tls.CLUSTER_TLS_KEY_FILE;

    expect(readConfig({ ...tls, CLUSTER_TLS_NAME: 'nodes.internal' }).cluster).toMatchObject({
      url: 'https://orchestrator-1:3001',
      trust: { kind: 'tls', caFile: file, certFile: file, keyFile: file, name: 'nodes.internal' },
    });
    expect(readConfig(tls).cluster?.trust).toMatchObject({ name: null });
  });
});

describe('a cluster is refused', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a name with other characters', { ...NODE, CLUSTER_NODE_ID: 'a/b' }, 'CLUSTER_NODE_ID'],
    ['a name that is too long', { ...NODE, CLUSTER_NODE_ID: 'a'.repeat(64) }, 'CLUSTER_NODE_ID'],
    ['a name that is no host, without a URL', { ...NODE, CLUSTER_NODE_ID: '1.2.3.4.5' }, 'CLUSTER_URL'],
    ['without a common database', { ...NODE, DATABASE_URL: '' }, 'DATABASE_URL'],
    ['without trust', { ...NODE, CLUSTER_SECRET: '' }, 'CLUSTER_SECRET'],
    ['a short secret', { ...NODE, CLUSTER_SECRET: 's'.repeat(31) }, 'CLUSTER_SECRET'],
    ['https without certificates', { ...NODE, CLUSTER_URL: 'https://node' }, 'CLUSTER_URL'],
    ['a lease of nothing', { ...NODE, CLUSTER_LEASE: '0' }, 'CLUSTER_LEASE'],
    ['a lease of days', { ...NODE, CLUSTER_LEASE: '2d' }, 'CLUSTER_LEASE'],
    ['a drain of days', { ...NODE, CLUSTER_DRAIN: '2d' }, 'CLUSTER_DRAIN'],
    ['a node for nothing', { ...NODE, CLUSTER_CAPACITY: '0' }, 'CLUSTER_CAPACITY'],
    ['a URL of a process on its own', { CLUSTER_URL: 'http://node' }, 'CLUSTER_NODE_ID'],
    ['a secret of a process on its own', { CLUSTER_SECRET: SECRET }, 'CLUSTER_NODE_ID'],
    ['an address of a process on its own', { CLUSTER_HOST: '::' }, 'CLUSTER_NODE_ID'],
    ['a certificate that is not there', { ...NODE, CLUSTER_TLS_CA_FILE: '/no/such/file' }, 'CLUSTER_TLS_CA_FILE'],
  ])('with %s', (_, environment, name) => {
    expect(() => readConfig(environment)).toThrow(ConfigError);
    expect(() => readConfig(environment)).toThrow(name);
  });

  it('with certificates and a secret', () => {
    expect(() => readConfig({ ...tls, CLUSTER_SECRET: SECRET })).toThrow('conflicts');
  });

  it('with http and certificates', () => {
    expect(() => readConfig({ ...tls, CLUSTER_URL: 'http://node' })).toThrow('CLUSTER_URL');
  });

  it.each(TLS_FILES)('with certificates but without %s', (name) => {
    expect(() => readConfig({ ...tls, [name]: '' })).toThrow(ConfigError);
  });

  it('and does not repeat the secret', () => {
    try {
      readConfig({ ...NODE, CLUSTER_SECRET: 'geheim' });
    } catch (error) {
      expect((error as Error).message).not.toContain('geheim');
    }
    expect.assertions(1);
  });
});
