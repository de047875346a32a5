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
/** The source files that the image runs. */
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

/** The environment of a service, with the secrets filled in. */
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
  it('starts PostgreSQL, the backend and the orchestrator, and stores their data in volumes', () => {
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

  it('gives the orchestrator valid settings, and the backend the same secrets', () => {
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
  it('are all documented in .env.example', () => {
    const variables = [...read('settings.ts').matchAll(/read\('([A-Z_]+)'/g)].map(([, name]) => name);

    expect(Object.keys(example).sort()).toEqual([...variables, 'MASTER_KEY', 'POSTGRES_PASSWORD'].sort());
  });

  it('require a secret that is not empty', () => {
    expect(() => readSettings({})).toThrow('CALLBACK_SECRET is missing');
    expect(() => readSettings({ CALLBACK_SECRET: '' })).toThrow('CALLBACK_SECRET is missing');
  });

  it.each(['', 'abc', '-1', '70000', '1.5'])('reject the port %j', (PORT) => {
    expect(() => readSettings({ CALLBACK_SECRET: 'x', PORT })).toThrow('PORT must be a whole number');
  });
});

describe('the image', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };

  it('has exactly the packages that the backend imports, in the tested versions', () => {
    const imported = sources.flatMap(importsOf).filter((name) => !name.startsWith('.') && !isBuiltin(name));
    const root = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const tested = { ...root.dependencies, ...root.devDependencies };

    expect([...new Set(imported)].sort()).toEqual(Object.keys(dependencies).sort());
    expect(tested).toMatchObject(dependencies);
  });

  it('copies every file that is imported, and nothing that .dockerignore excludes', () => {
    const copied = [...read('Dockerfile').matchAll(/^COPY (\S+) \S+$/gm)].map(([, source]) => source!);
    const included = [...read('../.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path!);

    expect(copied.sort()).toEqual(included.sort());
    const programs = sources.map(({ href }) => href);
    const outside = sources
      .flatMap((source) => importsOf(source).map((name) => ({ name, href: new URL(name, source).href })))
      .filter(({ name, href }) => name.startsWith('.') && !programs.includes(href));
    expect(outside).toEqual([]);
  });

  it('runs the main program', () => {
    const [, json = '[]'] = /^CMD (\[.+\])$/m.exec(read('Dockerfile')) ?? [];

    expect(json).toBe('["node", "backend/main.ts"]');
  });
});

describe('the page', () => {
  it('has the colours and the type of the dashboard', () => {
    const root = (css: string) => /^:root \{.*?^\}/ms.exec(css)?.[0];
    const dashboard = root(read('../../src/http/dashboard/page/styles/base.css'));

    expect(dashboard).toContain('--accent');
    expect(root(read('page/page.css'))).toBe(dashboard);
  });
});

describe('the instructions', () => {
  const WORDS: Record<string, number> = { five: 5, cinco: 5 };

  it.each(['README.md', 'compose.yaml'])('in %s name the number of secrets in .env.example', (file) => {
    const secrets = Object.entries(example).filter(([, value]) => value === '');
    const numbers = [...read(file).matchAll(/(\w+) (?:secrets|secretos): |in the (\w+) secrets/g)].map(
      ([, one, other]) => WORDS[one ?? other!],
    );

    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers).toEqual(numbers.map(() => secrets.length));
  });
});

describe('docs/your-backend.md', () => {
  const document = readFileSync(new URL('docs/your-backend.md', ROOT), 'utf8');
  const value = (what: string) => new RegExp(`^\\| ${what} +\\| \`(.+)\` +\\|$`, 'm').exec(document)![1]!;
  const sample = {
    secret: value('`CALLBACK_SECRET`'),
    id: value('`webhook-id`'),
    timestamp: value('`webhook-timestamp`'),
    body: value('body'),
    signature: value('`webhook-signature`'),
  };

  it('has an example with a valid signature', () => {
    const at = new Date(Number(sample.timestamp) * 1000);

    expect(new Webhook(sample.secret).sign(sample.id, at, sample.body)).toBe(sample.signature);
    expect(isSigned({ ...sample, body: Buffer.from(sample.body) }, sample.secret, at.getTime())).toBe(true);
    expect(isSigned({ ...sample, body: Buffer.from(`${sample.body} `) }, sample.secret, at.getTime())).toBe(false);
    const two = `v1,b2xk ${sample.signature}`;
    expect(isSigned({ ...sample, signature: two, body: Buffer.from(sample.body) }, sample.secret, at.getTime())).toBe(
      true,
    );
  });

  it.each([
    ['python', 'python/receiver.py'],
    ['php', 'php/receiver.php'],
    ['go', 'go/main.go'],
  ])('has the %s of a receiver that is tested, verbatim', (language, file) => {
    const [, code] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(document)!;

    expect(read(`../receivers/${file}`)).toContain(code);
  });

  it('has JavaScript that accepts the example and rejects anything else', () => {
    const [, code] = /```javascript\n([\s\S]*?)```/.exec(document)!;
    const headers = {
      'webhook-id': sample.id,
      'webhook-timestamp': sample.timestamp,
      'webhook-signature': sample.signature,
    };
    const call = (body: string, seconds: number, signature = sample.signature) => {
      const signed = { ...headers, 'webhook-signature': signature };
      return `Date.now = () => ${seconds * 1000};
        console.log(isSigned(${JSON.stringify(signed)}, Buffer.from(${JSON.stringify(body)}), '${sample.secret}'));`;
    };
    const now = Number(sample.timestamp);
    const calls = [
      call(sample.body, now),
      call(sample.body, now, `v1,b2xk ${sample.signature}`),
      call(`${sample.body} `, now),
      call(sample.body, now + 301),
      call(sample.body, now, 'v1,b2xk'),
    ];
    const script = [code, ...calls].join('\n');

    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(output.trim().split('\n')).toEqual(['true', 'true', 'false', 'false', 'false']);
  });
});
