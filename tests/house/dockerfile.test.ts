import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { readConfig } from '../../src/config/config.ts';
import { OPERATIONS } from '../../src/http/routes/index.ts';
import { loadedWith } from './loaded.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** What the image contains besides the packages. */
const copied = [...read('Dockerfile').matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, sources]) => sources!.split(' '));

/** The files that the image runs. */
const programs = copied
  .filter((path) => !path.includes('.') && existsSync(join(ROOT, path)))
  .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, String(name))))
  .filter((path) => /\.(ts|js)$/.test(path));

/** What only some installations, or some requests, load. */
const RARELY_LOADED: ReadonlySet<string> = new Set([
  'src/sink/postgres-sink.ts',
  'src/tracing/traces.ts',
  'src/http/mcp/serve.ts',
  'src/whatsapp/proxy/socks-agent.ts',
  'src/whatsapp/proxy/connect-agent.ts',
]);

/** The packages that a file imports: `axios` for `axios/lib/x.js`, `@a/b` for `@a/b/c.js`. */
function packagesOf(path: string): string[] {
  return ts
    .preProcessFile(read(path))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => !name.startsWith('.') && !isBuiltin(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
}

/** The dashboard gets a file of it, which no module imports. */
const SERVED = 'libphonenumber-js';
/** The server makes it: `dashboard/number-files.ts`. */
const MADE = 'src/http/dashboard/page/numbers/formats.js';

describe('the Dockerfile', () => {
  it('copies files that exist and that .dockerignore does not exclude', () => {
    const included = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path);

    expect(copied).toEqual(expect.arrayContaining(['package.json', 'package-lock.json', 'src']));
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect([...copied].sort()).toEqual(included.sort());
  });

  it('starts a file that it copies, as `npm start` and the installed command do', () => {
    const [, json = '[]'] = /^CMD (\[.+\])$/m.exec(read('Dockerfile')) ?? [];
    const command = JSON.parse(json) as string[];
    const file = command.at(-1)!;

    expect(programs).toContain(file);
    expect(read('package.json')).toContain(`"start": "${command.join(' ')}"`);
    expect(read(file).split('\n')[0]).toBe(`#!/usr/bin/env -S ${command.slice(0, -1).join(' ')}`);
  });

  it('brings compiled code along: of the user and the options that it starts with, or Node would ignore it', () => {
    const dockerfile = read('Dockerfile');
    const [, json = '[]'] = /^RUN (\[.+\])$/m.exec(dockerfile) ?? [];
    const [, started = '[]'] = /^CMD (\[.+\])$/m.exec(dockerfile) ?? [];
    const compile = JSON.parse(json) as string[];
    const places = ['bin/compile.js', 'bin/whatsapp-orchestrator.js'].map(
      (file) => /enableCompileCache\?\.\((.+)\);/.exec(read(file))?.[1],
    );

    expect(programs).toContain(compile.at(-1));
    expect(compile.slice(0, -1)).toEqual((JSON.parse(started) as string[]).slice(0, -1));
    expect(places[0]).toBe(places[1]);
    expect(dockerfile).toMatch(/^ {2}&& chown node:node .*\bnode_modules\/\.cache /m);
    expect(dockerfile.indexOf('USER node')).toBeLessThan(dockerfile.indexOf(`RUN ${json}`));
  });

  it('compiles everything that a start may load', () => {
    const listed = [...read('bin/compile.js').matchAll(/'\.\.\/(src\/.+)'/g)].map(([, path]) => path!);

    expect(listed).toContain('src/main.ts');
    expect(loadedWith(listed).later.filter((path) => !RARELY_LOADED.has(path))).toEqual([]);
  });

  it('has commands that it copies, executable, under the names that its users type', () => {
    const links = [...read('Dockerfile').matchAll(/ln -s \/app\/(\S+) \/usr\/local\/bin\/(\S+)/g)];

    expect(links.map(([, , name]) => name)).toEqual(['backup', 'doctor', 'setup']);
    for (const [, file, name] of links) {
      expect(programs).toContain(file);
      expect(statSync(join(ROOT, file!)).mode & 0o111).toBe(0o111);
      expect(read(file!)).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(read('package.json')).toContain(`"${name}": "node ${file}"`);
    }
  });

  it('can be built on a base image of a known digest, and says what it is', () => {
    const labels = [...read('Dockerfile').matchAll(/org\.opencontainers\.image\.([a-z.]+)=/g)].map(([, name]) => name);

    expect(read('Dockerfile')).toMatch(/^ARG NODE_IMAGE=node:24-slim\nFROM \$\{NODE_IMAGE\}$/m);
    expect(labels).toEqual(['title', 'description', 'licenses', 'base.name', 'version', 'revision', 'created']);
  });

  it('is healthy when a path answers that the product has, at the port that it exposes', () => {
    const [, port, path] = /http:\/\/127\.0\.0\.1:\$\{process\.env\.PORT \|\| (\d+)\}(\/\w+)`/.exec(
      read('Dockerfile'),
    )!;

    expect(OPERATIONS.live).toMatchObject({ path, scope: 'none' });
    expect(read('Dockerfile')).toMatch(new RegExp(`^EXPOSE ${port} 3001$`, 'm'));
    expect(readConfig({}).http.port).toBe(Number(port));
  });

  it('installs every package that these files import', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const imported = new Set(programs.flatMap(packagesOf));

    expect([...imported]).toEqual(expect.arrayContaining(['express', '@whiskeysockets/baileys', 'libsignal']));
    expect([...imported].filter((name) => !(name in dependencies))).toEqual([]);
  });

  it('installs nothing that only developers need', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const imported = new Set(programs.flatMap(packagesOf));
    const unused = Object.keys(dependencies).filter((name) => !imported.has(name));

    expect(unused).toEqual([SERVED]);
  });

  it('copies every file that these files import', () => {
    const outside = programs.flatMap((path) =>
      ts
        .preProcessFile(read(path))
        .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
        .map(({ fileName }) => join(path, '..', fileName))
        .filter((target) => !programs.includes(target)),
    );

    expect(outside).toEqual([MADE]);
  });
});
