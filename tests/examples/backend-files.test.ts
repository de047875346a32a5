import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { parse as parseEnvironment } from 'dotenv';
import { Webhook } from 'standardwebhooks';
import ts from 'typescript';
import { parse } from 'yaml';
import { readSettings } from '../../examples/backend/settings.ts';
import { isSigned } from '../../examples/backend/signature.ts';
import { readConfig } from '../../src/config/config.ts';

const ROOT = new URL('../../', import.meta.url);
const FOLDER = new URL('examples/backend/', ROOT);
const read = (path: string) => readFileSync(new URL(path, FOLDER), 'utf8');
const CLIENT = new URL('examples/client/', ROOT);
/** The programs of the image, by their paths below examples/. */
const sources = [FOLDER, CLIENT].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => new URL(name, folder)),
);

function importsOf(source: URL): string[] {
  return ts.preProcessFile(readFileSync(source, 'utf8')).importedFiles.map(({ fileName }) => fileName);
}

interface Service {
  image?: string;
  build?: string | { context: string; dockerfile: string };
  environment: Record<string, string>;
  volumes?: string[];
  depends_on?: string[];
}

const compose = parse(read('compose.yaml')) as { services: Record<string, Service>; volumes: Record<string, null> };
const example = parseEnvironment(read('.env.example'));

/** The environment of a service, when the secrets are filled in. */
function environmentOf(name: string): Record<string, string> {
  const fill = (text: string) =>
    text.replaceAll(/\$\{(\w+)(:[?-][^}]*)?\}/g, (_, variable: string) => {
      expect(example).toHaveProperty(variable);
      return example[variable] === '' ? createHash('sha256').update(variable).digest('hex') : example[variable]!;
    });
  const entries = Object.entries(compose.services[name]!.environment);
  return Object.fromEntries(entries.map(([key, value]) => [key, fill(value)]));
}

describe('compose.yaml', () => {
  it('starts PostgreSQL, the backend and the orchestrator, and keeps what they store', () => {
    expect(Object.keys(compose.services)).toEqual(['postgres', 'backend', 'orchestrator']);
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.map((it) => it.split(':')[0]),
    );
    expect(mounted.sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(compose.services.backend).toMatchObject({
      build: { context: '..', dockerfile: 'backend/Dockerfile' },
      depends_on: ['postgres'],
    });
    expect(compose.services.orchestrator!.build).toBe('../..');
    expect(read('../../Dockerfile')).toContain('FROM');
  });

  it('gives the orchestrator settings with which it starts, and the backend the same secrets', () => {
    const orchestrator = readConfig(environmentOf('orchestrator'));
    const backend = readSettings(environmentOf('backend'));

    expect(orchestrator.backend.signingSecret?.reveal()).toBe(backend.callbackSecret);
    expect(orchestrator.backend.apiKey?.reveal()).toBe(backend.callbackApiKey);
    expect(orchestrator.backend.baseUrl).toBe(`http://backend:${backend.port}`);
    expect(backend.orchestratorUrl).toBe(`http://orchestrator:${orchestrator.http.port}`);
    expect(orchestrator.http.apiKeys.map((key) => key.reveal())).toEqual([backend.orchestratorApiKey]);
  });
});

describe('the settings', () => {
  it('are all in .env.example', () => {
    const variables = [...read('settings.ts').matchAll(/read\('([A-Z_]+)'/g)].map(([, name]) => name);

    expect(Object.keys(example).sort()).toEqual([...variables, 'MASTER_KEY', 'POSTGRES_PASSWORD'].sort());
  });

  it('need a secret that is none of nobody', () => {
    expect(() => readSettings({})).toThrow('CALLBACK_SECRET is missing');
    expect(() => readSettings({ CALLBACK_SECRET: '' })).toThrow('CALLBACK_SECRET is missing');
  });

  it.each(['', 'abc', '-1', '70000', '1.5'])('need a port that is one, and not %j', (PORT) => {
    expect(() => readSettings({ CALLBACK_SECRET: 'x', PORT })).toThrow('PORT must be a whole number');
  });
});

describe('the image', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };

  it('has just the packages that the backend asks for, in the versions that are tested', () => {
    const asked = sources.flatMap(importsOf).filter((name) => !name.startsWith('.') && !isBuiltin(name));
    const root = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const tested = { ...root.dependencies, ...root.devDependencies };

    expect([...new Set(asked)].sort()).toEqual(Object.keys(dependencies).sort());
    expect(tested).toMatchObject(dependencies);
  });

  it('copies every file that is read, and nothing that .dockerignore holds back', () => {
    const copied = [...read('Dockerfile').matchAll(/^COPY (\S+) \S+$/gm)].map(([, source]) => source!);
    const letThrough = [...read('../.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path!);

    expect(copied.sort()).toEqual(letThrough.sort());
    const programs = sources.map(({ href }) => href);
    const outside = sources
      .flatMap((source) => importsOf(source).map((name) => ({ name, href: new URL(name, source).href })))
      .filter(({ name, href }) => name.startsWith('.') && !programs.includes(href));
    expect(outside).toEqual([]);
  });

  it('starts a file that it copies', () => {
    const [, json = '[]'] = /^CMD (\[.+\])$/m.exec(read('Dockerfile')) ?? [];

    expect(json).toBe('["node", "backend/main.ts"]');
  });
});

describe('the instructions', () => {
  const WORDS: Record<string, number> = { five: 5, cinco: 5 };

  it.each(['README.md', 'compose.yaml'])('of %s name as many secrets as .env.example asks for', (file) => {
    const secrets = Object.entries(example).filter(([, value]) => value === '');
    const said = [...read(file).matchAll(/(\w+) (?:secrets|secretos): |in the (\w+) secrets/g)].map(
      ([, one, other]) => WORDS[one ?? other!],
    );

    expect(said.length).toBeGreaterThan(0);
    expect(said).toEqual(said.map(() => secrets.length));
  });
});

describe('docs/your-backend.md', () => {
  const document = readFileSync(new URL('docs/your-backend.md', ROOT), 'utf8');
  const value = (what: string) => new RegExp(`^\\| ${what} +\\| \`(.+)\` +\\|$`, 'm').exec(document)![1]!;
  const shown = {
    secret: value('`CALLBACK_SECRET`'),
    id: value('`webhook-id`'),
    timestamp: value('`webhook-timestamp`'),
    body: value('body'),
    signature: value('`webhook-signature`'),
  };

  it('has an example whose signature is right', () => {
    const at = new Date(Number(shown.timestamp) * 1000);

    expect(new Webhook(shown.secret).sign(shown.id, at, shown.body)).toBe(shown.signature);
    expect(isSigned({ ...shown, body: Buffer.from(shown.body) }, shown.secret, at.getTime())).toBe(true);
    expect(isSigned({ ...shown, body: Buffer.from(`${shown.body} `) }, shown.secret, at.getTime())).toBe(false);
    const two = `v1,b2xk ${shown.signature}`;
    expect(isSigned({ ...shown, signature: two, body: Buffer.from(shown.body) }, shown.secret, at.getTime())).toBe(
      true,
    );
  });

  it('has JavaScript that finds it right, and everything else wrong', () => {
    const [, code] = /```javascript\n([\s\S]*?)```/.exec(document)!;
    const headers = {
      'webhook-id': shown.id,
      'webhook-timestamp': shown.timestamp,
      'webhook-signature': shown.signature,
    };
    const call = (body: string, seconds: number, signature = shown.signature) => {
      const given = { ...headers, 'webhook-signature': signature };
      return `Date.now = () => ${seconds * 1000};
        console.log(isSigned(${JSON.stringify(given)}, Buffer.from(${JSON.stringify(body)}), '${shown.secret}'));`;
    };
    const now = Number(shown.timestamp);
    const calls = [
      call(shown.body, now),
      call(shown.body, now, `v1,b2xk ${shown.signature}`),
      call(`${shown.body} `, now),
      call(shown.body, now + 301),
      call(shown.body, now, 'v1,b2xk'),
    ];
    const script = [code, ...calls].join('\n');

    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(output.trim().split('\n')).toEqual(['true', 'true', 'false', 'false', 'false']);
  });
});
