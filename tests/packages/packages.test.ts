import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { readingOnce } from '../../scripts/packages/compile.ts';
import { packWorkspaces } from '../../scripts/packages/pack.ts';
import { release, type ReleaseDeps, USAGE } from '../../scripts/release/release.ts';
import { outcomeOf } from '../../src/cli/run-command.ts';
import { VERSION } from '../../src/version.ts';
import { BaileysClient, type ClientTarget } from '../harness/baileys-client.ts';
import { startHttpServer } from '../harness/http-server.ts';
import { Consumer } from './consumer.ts';
import { RepositoryCopy } from './repository-copy.ts';

const CLIENT = 'whatsapp-orchestrator-client';
const SIMULATOR = 'whatsapp-orchestrator-simulator';
const [major, minor] = VERSION.split('.').map(Number) as [number, number];
/** The version that is released here. */
const NEXT = `${major}.${minor + 1}.0`;

let copy: RepositoryCopy;
/** The types of Node and Baileys are read once: for both packages, and for who installs them. */
const host = readingOnce();

beforeAll(async () => {
  copy = await RepositoryCopy.create();
});

function run(args: string, deps: Partial<ReleaseDeps> = {}) {
  const pack = (folder: string) => packWorkspaces(copy.root, folder, host);
  const all = { root: copy.root, today: '2026-11-30', pack, ...deps };
  return outcomeOf(args === '' ? [] : args.split(' '), USAGE, (each) => Promise.resolve(release(each, all)));
}

/** What a release that was refused leaves as it was. */
const state = () => [copy.git('rev-parse', 'HEAD'), copy.git('status', '--porcelain'), copy.git('tag')];

describe('npm run release refuses', () => {
  it.each(['', '5.0.0 6.0.0', '5.0.0 --force'])('the arguments "%s"', async (args) => {
    expect(await run(args)).toMatchObject({ code: 2, err: expect.stringContaining('npm run release -- <version>') });
  });

  it.each([
    ['5.0', '"5.0" is no version: it needs three numbers, such as 1.2.3.'],
    ['v5.0.0', '"v5.0.0" is no version: it needs three numbers, such as 1.2.3.'],
    [VERSION, `${VERSION} does not come after ${VERSION}, the version in package.json.`],
    ['3.99.99', `3.99.99 does not come after ${VERSION}, the version in package.json.`],
  ])('the version %s', async (version, reason) => {
    const before = state();

    expect(await run(version)).toEqual({ code: 1, out: '', err: `${reason}\n` });
    expect(state()).toEqual(before);
  });

  it('what is not committed', async () => {
    copy.write('new.txt', '');
    const { code, err } = await run(NEXT);
    copy.git('clean', '--quiet', '-f');

    expect({ code, err }).toEqual({ code: 1, err: 'There are changes that are not committed (git status).\n' });
  });

  it('a tag that exists', async () => {
    copy.git('tag', `v${NEXT}`);
    const { code, err } = await run(NEXT);
    copy.git('tag', '--delete', `v${NEXT}`);

    expect({ code, err }).toEqual({ code: 1, err: `The tag v${NEXT} exists.\n` });
  });

  it('a changelog without anything new, and files that do not name the current version', async () => {
    copy.write('CHANGELOG.md', '# Changelog\n\n## Next\n\n## 3.0.0\n\nOld.\n');
    copy.write('deploy/helm/Chart.yaml', 'appVersion: 1.2.3\n');
    copy.commit('broken');
    const before = state();

    const { code, err } = await run(`${NEXT} --dry-run`);
    const after = state();
    copy.git('reset', '--quiet', '--hard', 'HEAD~');

    expect(code).toBe(1);
    expect(err.split('\n')).toEqual([
      'CHANGELOG.md has nothing under "## Next".',
      `${VERSION} is not in deploy/helm/Chart.yaml (scripts/release/version-files.ts).`,
      '',
    ]);
    expect(after).toEqual(before);
  });

  it('to leave anything behind when packing fails', async () => {
    const before = state();
    const pack = (): string[] => {
      expect(copy.git('status', '--porcelain')).toContain('CHANGELOG.md');
      throw new Error('no space left');
    };

    expect(await run(NEXT, { pack })).toMatchObject({ code: 1, err: 'Error: no space left\n' });
    expect(state()).toEqual(before);
  });

  it('to change anything in a dry run, and says what it would change', async () => {
    const before = state();

    const { code, out } = await run(`${NEXT} --dry-run`);

    expect(code).toBe(0);
    for (const file of ['simulator/package.json', 'package-lock.json', 'CHANGELOG.md'])
      expect(out).toContain(`  ${file}\n`);
    expect(state()).toEqual(before);
  });
});

describe('npm run release', () => {
  let out: string;
  let consumer: Consumer;
  const tarball = (name: string) => join(copy.root, 'release', `${name}-${NEXT}.tgz`);

  beforeAll(async () => {
    const outcome = await run(`${NEXT} --image registry.local/whatsapp`);
    expect(outcome).toMatchObject({ code: 0, err: '' });
    ({ out } = outcome);
    consumer = await Consumer.create();
    consumer.install(tarball(CLIENT));
    consumer.unpack(tarball(SIMULATOR), SIMULATOR);
  });

  it('commits and tags the version, in every file that names it', () => {
    const changed = copy.git('diff', '--stat', 'HEAD~', '--', 'package-lock.json');

    expect(copy.git('log', '-1', '--format=%s')).toBe(`release: ${NEXT}`);
    expect(copy.git('describe', 'HEAD')).toBe(`v${NEXT}`);
    expect(copy.git('status', '--porcelain')).toBe('');
    expect(copy.read('CHANGELOG.md')).toContain(
      `# Changelog\n\n## ${NEXT} (2026-11-30)\n\n- New: something.\n\n## 3.0.0`,
    );
    expect(copy.read('deploy/helm/Chart.yaml')).toContain(`appVersion: ${NEXT}\n`);
    expect(JSON.parse(copy.read('simulator/package.json'))).toMatchObject({ version: NEXT, private: true });
    // The product's version, twice, and those of its packages; not those of the packages that it depends on.
    expect(changed).toContain('4 insertions(+), 4 deletions(-)');
  });

  it('says how to publish: the tarballs, and an image under three tags', () => {
    expect(out).toContain(`npm publish release/${SIMULATOR}-${NEXT}.tgz\n`);
    expect(out).toContain(
      `-t registry.local/whatsapp:${NEXT} -t registry.local/whatsapp:${major}.${minor + 1} -t registry.local/whatsapp:${major} .`,
    );
  });

  it('makes packages with types that a stranger can use', () => {
    const wrong = (name: string, use: string) => `import { ${name} } from '${use}'; // @ts-expect-error\n`;
    consumer.write('client.ts', consumer.exampleOf(CLIENT));
    consumer.write('simulator.ts', consumer.exampleOf(SIMULATOR));
    consumer.write('wrong-1.ts', `${wrong('OrchestratorClient', CLIENT)}new OrchestratorClient({ url: 3000 });\n`);
    consumer.write('wrong-2.ts', `${wrong('startSimulator', SIMULATOR)}await startSimulator({ port: 'any' });\n`);

    expect(consumer.typeErrors(['client.ts', 'simulator.ts', 'wrong-1.ts', 'wrong-2.ts'], host)).toEqual([]);
  });

  it('makes a client without dependencies, whose example sends a message', async () => {
    const requests: object[] = [];
    using server = await startHttpServer(({ method, url, headers }, response) => {
      requests.push({ method, url, key: headers.authorization, idempotency: headers['idempotency-key'] });
      response.end(JSON.stringify({ success: true, sessionId: 'session_1' }));
    });
    consumer.write('client-here.ts', consumer.exampleOf(CLIENT).replace('http://localhost:3000', server.url));

    const example = consumer.run('client-here.ts');

    expect(await text(example.stderr!)).toBe('');
    expect(requests).toMatchObject([
      { method: 'GET', url: '/generate-qr', key: 'Bearer the-key' },
      { method: 'POST', url: '/sessions/session_1/send-message', idempotency: 'order-4711' },
    ]);
    expect(consumer.manifestOf(CLIENT)).not.toHaveProperty('dependencies');
  });

  it('makes a simulator whose example links a client that answers', async () => {
    const example = consumer.run('simulator.ts');
    const said: string[] = [];
    for await (const line of createInterface(example.stdout!)) {
      said.push(line);
      if (line.startsWith('You wrote')) break;
    }
    // Baileys' own timers would keep it for half a minute.
    example.kill('SIGKILL');

    expect(said.at(-1)).toBe('You wrote: hola');
  });

  it('makes a program that says its version, and that an unmodified client logs in to', async () => {
    const file = `node_modules/${SIMULATOR}/${consumer.manifestOf(SIMULATOR).bin![SIMULATOR]!}`;
    expect(consumer.read(file)).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(await text(consumer.run(file, '--version').stdout!)).toBe(`${NEXT}\n`);

    const program = consumer.run(file, '--port', '0');
    const exit = once(program, 'exit');
    const [line] = (await once(createInterface(program.stdout!), 'line')) as [string];
    const { controlUrl, ...target } = JSON.parse(line) as ClientTarget & { controlUrl: string };
    const post = async (path: string, body: object) => {
      const response = await fetch(`${controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
      return (await response.json()) as { deviceJid: string };
    };
    await post('/phones', { number: '5491166778899' });
    await using client = new BaileysClient(target);

    expect(await client.pairWith({ scan: (qr) => post('/phones/5491166778899/scan', { qr }) })).toBe(
      '5491166778899:1@s.whatsapp.net',
    );
    program.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
});
