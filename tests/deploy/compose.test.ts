import { readFileSync } from 'node:fs';
import { parse as parseEnvironment } from 'dotenv';
import { parse } from 'yaml';
import { readConfig } from '../../src/config/config.ts';
import { OPERATIONS } from '../../src/http/routes/index.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const FOLDER = 'deploy/compose';

interface Service {
  image: string;
  build?: string;
  env_file?: string;
  environment?: Record<string, string>;
  entrypoint?: string[];
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
}

const compose = parse(read(`${FOLDER}/three-nodes.yaml`), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const example = parseEnvironment(read(`${FOLDER}/.env.example`));
const SECRET = Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7)).toString('hex');
const nodes = Object.entries(compose.services).filter(([name]) => name.startsWith('node-'));
const documented = [...read('docs/settings.md').matchAll(/^\| `([A-Z][A-Z\d_]+)`/gm)].map(([, name]) => name!);

/** The lines of a section of HAProxy's configuration. */
function section(name: string): string[] {
  const all = read(`${FOLDER}/haproxy.cfg`).split('\n');
  const from = all.indexOf(name) + 1;
  const to = all.findIndex((line, at) => at >= from && /^\S/.test(line) && !line.startsWith('#'));
  return all.slice(from, to < 0 ? undefined : to).map((line) => line.trim());
}

/** What a node gets, with the secrets filled in. */
function environmentOf(service: Service): Record<string, string> {
  const secrets = Object.fromEntries(Object.entries(example).map(([name, value]) => [name, value || SECRET]));
  const filled = Object.entries(service.environment ?? {}).map(([name, value]) => [
    name,
    value.replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_, variable: string) => {
      expect(example).toHaveProperty(variable);
      return secrets[variable]!;
    }),
  ]);
  return { ...secrets, ...(Object.fromEntries(filled) as Record<string, string>) };
}

describe('three-nodes.yaml', () => {
  it('starts three nodes that differ only in their names', () => {
    expect(nodes.map(([name]) => name)).toEqual(['node-1', 'node-2', 'node-3']);
    for (const [name, { environment, ...rest }] of nodes) {
      const [, { environment: first, ...others }] = nodes[0]!;
      expect(environment).toEqual({ ...first, CLUSTER_NODE_ID: name });
      expect(rest).toEqual(others);
      expect(rest).toMatchObject({ build: '../..', env_file: '.env' });
    }
  });

  it('gives them settings that the product understands, and lets them reach each other', () => {
    const configs = nodes.map(([, service]) => readConfig(environmentOf(service)));

    expect(configs.map(({ cluster }) => cluster)).toMatchObject([
      { nodeId: 'node-1', url: 'http://node-1:3001', host: '0.0.0.0', port: 3001 },
      { nodeId: 'node-2', url: 'http://node-2:3001' },
      { nodeId: 'node-3', url: 'http://node-3:3001' },
    ]);
    expect(configs[0]).toMatchObject({ mode: 'production', storage: { durability: 'single' } });
    const names = nodes.flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(names.filter((name) => !documented.includes(name) && !name.startsWith('AWS_'))).toEqual([]);
  });

  it('connects them to the database and the store that it starts, with the same passwords', () => {
    const { postgres, files } = compose.services;
    const environment = environmentOf(nodes[0]![1]);
    const database = new URL(environment.DATABASE_URL!);
    const store = new URL(environment.MEDIA_S3_ENDPOINT!);
    const started = environmentOf(files!);

    expect(compose.services).toHaveProperty([database.hostname]);
    expect(compose.services).toHaveProperty([store.hostname]);
    expect(database.password).toBe(environmentOf(postgres!).POSTGRES_PASSWORD);
    expect([environment.AWS_ACCESS_KEY_ID, environment.AWS_SECRET_ACCESS_KEY]).toEqual([
      started.MINIO_ROOT_USER,
      started.MINIO_ROOT_PASSWORD,
    ]);
    expect(files!.entrypoint!.at(-1)).toContain(`/data/${environment.MEDIA_S3_BUCKET}`);
    expect(nodes[0]![1].depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      files: { condition: 'service_started' },
    });
    expect(postgres!.healthcheck!.test).toContain('pg_isready');
    expect(JSON.stringify(postgres)).not.toContain('fsync');
  });

  it('keeps what must stay in volumes, and publishes nothing but the balancer', () => {
    const services = Object.entries(compose.services);
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((it) => it.split(':')[0]!));

    expect(mounted.filter((it) => !it.startsWith('./')).sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['balancer']);
  });

  it('takes away what a service does not need, and ends its log', () => {
    for (const [, service] of Object.entries(compose.services)) {
      expect(service).toMatchObject({
        security_opt: ['no-new-privileges:true'],
        logging: { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } },
        restart: 'unless-stopped',
      });
    }
    for (const [, node] of nodes) {
      expect(node).toMatchObject({ read_only: true, cap_drop: ['ALL'], tmpfs: ['/tmp:size=1g,mode=1777'] });
    }
  });

  it('gives a node more time to stop than its hand-over takes', () => {
    const { drainMs } = readConfig(environmentOf(nodes[0]![1])).cluster!;

    for (const [, { stop_grace_period: grace }] of nodes) {
      expect(parseInt(grace!) * 1_000).toBeGreaterThanOrEqual(drainMs + 20_000);
    }
  });
});

describe('.env.example', () => {
  it('has every secret that the file asks for, and says how many there are', () => {
    const asked = [...read(`${FOLDER}/three-nodes.yaml`).matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!);
    const empty = Object.keys(example).filter((name) => example[name] === '' && name !== 'PRODUCTION_API_KEY');

    expect(empty).toEqual(expect.arrayContaining(asked));
    expect(empty).toHaveLength(5);
    expect(read(`${FOLDER}/.env.example`)).toContain('the five secrets');
  });
});

describe('haproxy.cfg', () => {
  it('asks every node whether it is ready, at its port', () => {
    const servers = section('backend nodes').filter((line) => line.startsWith('server '));

    expect(servers).toEqual(nodes.map(([name, { environment }]) => `server ${name} ${name}:${environment!.PORT}`));
    expect(section('backend nodes')).toContain('option httpchk GET /readyz');
    expect(section('backend nodes').find((line) => line.startsWith('default-server'))).toContain(' check ');
    expect(Object.values(OPERATIONS).map(({ path }) => path)).toContain('/readyz');
  });

  it('is mounted, listens where the port is published, and repeats nothing that may have been sent', () => {
    const { volumes, ports } = compose.services.balancer!;

    expect(volumes).toEqual(['./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro']);
    expect(ports).toEqual(['${PUBLIC_PORT:-3000}:3000']);
    expect(section('frontend public')).toContain('bind :3000');
    expect(section('defaults')).toContain('retry-on conn-failure');
  });
});
