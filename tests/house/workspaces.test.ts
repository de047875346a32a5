import { readFileSync } from 'node:fs';
import { VERSION } from '../../src/version.ts';

const readJson = (path: string) =>
  JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')) as Manifest;

interface Manifest {
  name: string;
  version: string;
  license: string;
  engines: { node: string };
  workspaces?: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

interface Lock {
  packages: Record<string, { resolved?: string; link?: true; dependencies?: Record<string, string> }>;
}

const product = readJson('package.json');
const lock = readJson('package-lock.json') as unknown as Lock;
const workspaces = product.workspaces!;

describe.each(workspaces)('the package in %s', (folder) => {
  const { version, license, engines, dependencies = {} } = readJson(`${folder}/package.json`);

  it('has the version, the licence and the Node of the product', () => {
    expect({ version, license, engines }).toEqual({ version: VERSION, license: 'MIT', engines: product.engines });
  });

  it('depends on what it is tested with', () => {
    const tested = { ...product.devDependencies, ...product.dependencies };

    expect(tested).toMatchObject(dependencies);
  });

  it('adds nothing to `npm ci --omit=dev`: the product, or Baileys, needs all of its dependencies', () => {
    const baileys = lock.packages['node_modules/@whiskeysockets/baileys']!.dependencies!;
    const installed = Object.keys({ ...product.dependencies, ...baileys });

    expect(Object.keys(dependencies).filter((name) => !installed.includes(name))).toEqual([]);
  });
});

it('the lock file names no registry: only the folders of our packages', () => {
  const resolved = Object.values(lock.packages).filter((entry) => entry.resolved !== undefined);

  expect(resolved).toEqual(workspaces.map((folder) => ({ resolved: folder, link: true })));
});
