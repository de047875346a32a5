import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { readConfig } from '../../src/config/config.ts';
import { OPERATIONS } from '../../src/http/routes/index.ts';
import { lint, type Manifest, render, renderOptions } from './helm.ts';
import { deployment, networkPolicy, problems, service } from './kubernetes.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const documented = [...read('docs/settings.md').matchAll(/^\| `([A-Z][A-Z\d_]+)`/gm)].map(([, name]) => name!);

/** The least that the chart wants. */
const LEAST = {
  image: { repository: 'images.example.com/orchestrator' },
  backend: { baseUrl: 'https://backend.example.com' },
  secrets: { existingSecret: 'my-secret' },
  files: { bucket: 'my-files' },
};

const MASTER_KEY = Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7)).toString('hex');

/** Everything that it can do. */
const ALL = {
  image: { ...LEAST.image, tag: `4.0.0@sha256:${'0a'.repeat(32)}` },
  backend: LEAST.backend,
  secrets: { values: { API_KEY: 'one', MASTER_KEY, NEW_MASTER_KEY: MASTER_KEY } },
  newMasterKey: true,
  settings: { SEND_RATE: 30, MAX_MEDIA_BYTES: 104_857_600, DASHBOARD: false, CALLBACK_RETENTION: '90m' },
  cluster: { tls: { enabled: true } },
  database: { cloudNativePg: { enabled: true } },
  files: { bucket: 'my-files', endpoint: 'https://files.example.com', region: 'eu-1', prefix: 'a/b', pathStyle: true },
  networkPolicy: { publicFrom: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }] },
  podMonitor: { enabled: true },
  ipFamily: 'IPv6',
};

type Nodes = z.infer<typeof deployment>;

function nodesIn(manifests: Manifest[]): Nodes {
  return deployment.parse(manifests.find(({ kind }) => kind === 'Deployment'));
}

function containerIn(manifests: Manifest[]) {
  return nodesIn(manifests).spec.template.spec.containers[0];
}

/** The environment of a node; values of secrets as `<secret>/<key>`, of the pod as its path. */
function environmentIn(manifests: Manifest[]): Record<string, string> {
  const entries = containerIn(manifests).env.map((each) => {
    if ('value' in each) return [each.name, each.value];
    const from = each.valueFrom;
    return [
      each.name,
      'fieldRef' in from ? from.fieldRef.fieldPath : `${from.secretKeyRef.name}/${from.secretKeyRef.key}`,
    ];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

const contains = (labels: Record<string, string>, wanted: Record<string, string>) =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

let least: Manifest[];
let all: Manifest[];
beforeAll(async () => {
  [least, all] = await Promise.all([render(LEAST), render(ALL, 'my-whatsapp-orchestrator')]);
});

describe('the chart', () => {
  it('has nothing that Helm finds fault with', async () => {
    await expect(lint(LEAST)).resolves.toContain('0 chart(s) failed');
  });

  it('makes objects that Kubernetes and the operators take', () => {
    expect(least.map(({ kind }) => kind).sort()).toEqual(
      ['Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'Service', 'ServiceAccount'].sort(),
    );
    const more = ['Secret', 'PodMonitor', 'Cluster', 'Issuer', 'Issuer', 'Certificate', 'Certificate'];
    expect(all.map(({ kind }) => kind).sort()).toEqual([...least.map(({ kind }) => kind), ...more].sort());
    expect([...least, ...all].flatMap(problems)).toEqual([]);
  });

  it('refers to objects and ports of its own by names that exist', () => {
    for (const manifests of [least, all]) {
      const { spec } = nodesIn(manifests).spec.template;
      const ports = spec.containers[0].ports.map(({ name }) => name);
      const wanted = manifests
        .filter(({ kind }) => kind === 'Service')
        .flatMap((each) => service.parse(each).spec.ports.map(({ targetPort }) => targetPort));
      const probes = [spec.containers[0].livenessProbe, spec.containers[0].readinessProbe];

      expect(ports).toEqual(expect.arrayContaining([...wanted, ...probes.map(({ httpGet }) => httpGet.port)]));
      expect(spec.containers[0].volumeMounts.map(({ name }) => name)).toEqual(spec.volumes.map(({ name }) => name));
      expect(manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toContain(
        `ServiceAccount/${spec.serviceAccountName}`,
      );
      expect(new Set(manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).size).toBe(manifests.length);
    }
  });

  it('takes an image by its digest, too', () => {
    expect(containerIn(all).image).toBe(`${LEAST.image.repository}:${ALL.image.tag}`);
  });

  it('selects the nodes, and nothing of another release', () => {
    const { labels } = nodesIn(least).spec.template.metadata;
    const selectors = JSON.stringify(least, (key: string, value: unknown) => {
      if (key !== 'matchLabels' && key !== 'selector') return value;
      const wanted =
        (value as { matchLabels?: Record<string, string> }).matchLabels ?? (value as Record<string, string>);
      expect(contains(labels, wanted)).toBe(true);
      expect(contains(nodesIn(all).spec.template.metadata.labels, wanted)).toBe(false);
      return `selected`;
    });

    // Deployment, budget, policy twice, two services, two kinds of distance.
    expect(selectors.split('"selected"').length - 1).toBe(8);
  });

  it('asks paths that the product answers without a key', () => {
    const { startupProbe, livenessProbe, readinessProbe } = containerIn(least);
    const open = Object.values(OPERATIONS).flatMap((route) => (route.scope === 'none' ? [route.path] : []));

    expect(livenessProbe.httpGet.path).toBe('/livez');
    expect(startupProbe.httpGet.path).toBe('/livez');
    expect(readinessProbe.httpGet.path).toBe('/readyz');
    expect(open).toEqual(expect.arrayContaining(['/livez', '/readyz']));
  });

  it('lets a node hand over its sessions before it is killed', async () => {
    const [{ spec }, slow] = [nodesIn(least), nodesIn(await render({ ...LEAST, cluster: { drain: 300 } }))];

    expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: '25%', maxUnavailable: 0 });
    expect(spec.template.spec.terminationGracePeriodSeconds).toBe(90);
    expect(slow.spec.template.spec.terminationGracePeriodSeconds).toBe(330);
  });

  it('lets only nodes reach the internal port', () => {
    for (const manifests of [least, all]) {
      const { ingress } = networkPolicy.parse(manifests.find(({ kind }) => kind === 'NetworkPolicy')).spec;
      const open = ingress.filter(({ ports }) => ports.some(({ port }) => port === 'nodes'));

      expect(open).toEqual([
        {
          ports: [{ protocol: 'TCP', port: 'nodes' }],
          from: [{ podSelector: { matchLabels: nodesIn(manifests).spec.selector.matchLabels } }],
        },
      ]);
      expect(ingress).toHaveLength(2);
    }
  });
});

describe('its settings', () => {
  /** Variables that other variables are made of. */
  const PARTS = ['POD_IP', 'POSTGRES_URI'];
  /** Names of AWS' own SDK. */
  const SDK = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

  it.each(['least', 'all'])('are settings of the product, each given once (%s)', (which) => {
    const manifests = which === 'least' ? least : all;
    const names = containerIn(manifests).env.map(({ name }) => name);

    expect(names.filter((name) => ![...documented, ...PARTS, ...SDK].includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('name a node after its pod, and are reached at its address', () => {
    expect(environmentIn(least)).toMatchObject({
      CLUSTER_NODE_ID: 'metadata.name',
      POD_IP: 'status.podIP',
      CLUSTER_URL: 'http://$(POD_IP):3001',
      CLUSTER_SECRET: 'my-secret/CLUSTER_SECRET',
      DATABASE_URL: 'my-secret/DATABASE_URL',
      DATABASE_DURABILITY: 'replicated',
      HOST: '0.0.0.0',
    });
    expect(environmentIn(least)).not.toHaveProperty('CLUSTER_TLS_NAME');
    expect(environmentIn(all)).toMatchObject({ CLUSTER_URL: 'https://[$(POD_IP)]:3001', HOST: '::' });
    const { ports } = containerIn(least);
    expect(ports).toEqual([
      { name: 'http', containerPort: Number(environmentIn(least).PORT) },
      { name: 'nodes', containerPort: Number(environmentIn(least).CLUSTER_PORT) },
    ]);
  });

  it.each(['least', 'all'])('are understood by the product (%s)', async (which) => {
    const environment = environmentIn(which === 'least' ? least : all);
    const file = join(await mkdtemp(join(tmpdir(), 'chart-')), 'file');
    await writeFile(file, MASTER_KEY);
    const urls: Record<string, string> = {
      ...{
        NOTIFY_URL: 'https://example.com/a',
        NTFY_URL: 'https://example.com/b',
        SMTP_URL: 'smtp://mail.example.com',
      },
      ...{ DATABASE_URL: 'postgres://user:password@db/app', SINK_DATABASE_URL: 'postgres://user:password@db/app' },
    };
    const ofSecret = (name: string) => urls[name] ?? MASTER_KEY;
    const filled = Object.entries(environment).map(([name, value]) => {
      if (name.endsWith('_FILE')) return [name, file];
      const known = value.replace('$(POD_IP)', which === 'least' ? '10.0.0.1' : 'fd00::1');
      return [
        name,
        /^[a-z-]+\/[A-Z_]+$/.test(value) ? ofSecret(name) : known.replace('$(POSTGRES_URI)', ofSecret('DATABASE_URL')),
      ];
    });

    const config = readConfig({
      ...(Object.fromEntries(filled) as Record<string, string>),
      ...{ CLUSTER_NODE_ID: 'my-pod-1', NOTIFY_EMAIL_TO: 'ops@example.com' },
    });

    expect(config).toMatchObject({
      mode: 'production',
      cluster: { nodeId: 'my-pod-1', leaseMs: 15_000, trust: { kind: which === 'least' ? 'secret' : 'tls' } },
      media: { bucket: { bucket: 'my-files' } },
    });
    await rm(dirname(file), { recursive: true });
  });

  it('put variables before those that are made of them', () => {
    const names = containerIn(all).env.map(({ name }) => name);

    expect(names.indexOf('POD_IP')).toBeLessThan(names.indexOf('CLUSTER_URL'));
    expect(names.indexOf('POSTGRES_URI')).toBeLessThan(names.indexOf('DATABASE_URL'));
  });

  it('name files in volumes, with the name that is in the certificates', () => {
    const environment = environmentIn(all);
    const mounts = containerIn(all).volumeMounts.map(({ mountPath }) => mountPath);
    const paths = Object.entries(environment).filter(([name]) => /_(FILE|DIR)$/.test(name));
    const certificate = all.find(({ kind, metadata }) => kind === 'Certificate' && metadata.name.endsWith('-nodes'));

    expect(paths.length).toBe(7);
    expect(paths.filter(([, path]) => !mounts.some((mount) => path.startsWith(`${mount}/`)))).toEqual([]);
    expect(environment.DATABASE_URL).toBe(
      '$(POSTGRES_URI)?sslmode=verify-full&sslrootcert=/etc/orchestrator/database/ca.crt',
    );
    expect(certificate).toMatchObject({ spec: { dnsNames: [environment.CLUSTER_TLS_NAME] } });
    expect(environment).not.toHaveProperty('CLUSTER_SECRET');
  });

  it('pass numbers on as they are written', () => {
    expect(environmentIn(all)).toMatchObject({
      SEND_RATE: '30',
      MAX_MEDIA_BYTES: '104857600',
      DASHBOARD: 'false',
      CALLBACK_RETENTION: '90m',
    });
  });

  it('are all known to the schema: free ones, or ones that the chart gives', () => {
    const schema = JSON.parse(read('deploy/helm/values.schema.json')) as {
      properties: { settings: { properties: object }; secrets: { properties: { values: { properties: object } } } };
    };
    const free = Object.keys(schema.properties.settings.properties);
    const given = [
      ...Object.keys(schema.properties.secrets.properties.values.properties),
      ...Object.keys({ ...environmentIn(least), ...environmentIn(all) }),
    ].filter((name) => !Object.hasOwn(ALL.settings, name));
    /** A database that is stored unencrypted, or open to everybody, is for one process on a machine of its own; nodes have their own address. */
    const unused = ['ALLOW_PLAINTEXT_STORAGE', 'ALLOW_UNAUTHENTICATED', 'CLUSTER_HOST'];

    expect(free.filter((name) => given.includes(name))).toEqual([]);
    expect(documented.filter((name) => ![...free, ...given, ...unused].includes(name))).toEqual([]);
    expect(free.filter((name) => !documented.includes(name))).toEqual([]);
  });
});

describe('bad values', () => {
  it.each([
    ['no image', { image: { repository: '' } }, 'Set image.repository'],
    ['half a digest', { image: { ...LEAST.image, tag: '4.0.0@sha256:0a' } }, 'tag'],
    ['no bucket', { files: { bucket: '' } }, 'Set files.bucket'],
    ['no secrets', { secrets: { existingSecret: '' } }, 'secrets.values.API_KEY'],
    ['a database that is not replicated', { database: { durability: 'maybe' } }, 'durability'],
    ['a misspelled setting', { settings: { SEND_RATES: 3 } }, 'SEND_RATES'],
    ['a setting of the chart', { settings: { CLUSTER_URL: 'http://a' } }, 'CLUSTER_URL'],
    ['a short secret of the cluster', { secrets: { values: { CLUSTER_SECRET: 'short' } } }, 'CLUSTER_SECRET'],
    ['an unknown value', { replica: 3 }, 'replica'],
  ])('are refused with their name: %s', async (_, values, said) => {
    await expect(render({ ...LEAST, ...values })).rejects.toThrow(said);
  });
});

describe('docs/scale.md', () => {
  /** A documented command in one line. */
  const command = (start: string) =>
    new RegExp(`^${start}(?:.*\\\\\n)*.*$`, 'm').exec(read('docs/scale.md'))![0].replaceAll('\\\n', ' ');

  it('installs the chart, with a Secret that has what the nodes ask for', async () => {
    const options = command('helm install').split(/\s+/).slice(4);
    const manifests = await renderOptions(options);
    const [, name] = /^kubectl create secret generic (\S+)/.exec(command('kubectl create secret'))!;
    const keys = [...command('kubectl create secret').matchAll(/--from-literal=(\w+)=/g)].map(([, key]) => key!);
    const wanted = containerIn(manifests).env.flatMap((each) => {
      const from = 'valueFrom' in each && 'secretKeyRef' in each.valueFrom ? each.valueFrom.secretKeyRef : undefined;
      return from?.name === name && from?.optional !== true ? [from!.key] : [];
    });

    expect(options).toContain('--set');
    expect(manifests.flatMap(problems)).toEqual([]);
    expect(keys.sort()).toEqual([...wanted, 'MASTER_KEY'].sort());
  });
});

it('has the version of the product', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };

  expect(parse(read('deploy/helm/Chart.yaml'))).toMatchObject({ appVersion: version });
});
