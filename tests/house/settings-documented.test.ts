import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { readConfig } from '../../src/config/config.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The variables that the product reads. */
const readers = readdirSync(new URL('../../src/config/', import.meta.url))
  .map((name) => read(`src/config/${name}`))
  .join('\n');
const masterKeys = [...readers.matchAll(/oneMasterKey\(read, '([A-Z_]+)'/g)].map(([, name]) => `${name!}_FILE`);
const named = [...readers.matchAll(/(?:read\.\w+\(|\(read,)\s*'([A-Z\d_]+)'/g)].map(([, name]) => name!);
const variables = [...new Set([...named, ...masterKeys])].sort();

it('finds the variables of the product', () => {
  expect(variables).toContain('BACKEND_BASE_URL');
  expect(variables.length).toBeGreaterThan(20);
});

describe('.env.example', () => {
  const example = read('.env.example');

  it('has every variable, and no other', () => {
    const shown = [...example.matchAll(/^#?([A-Z\d_]+)=/gm)].map(([, name]) => name).sort();

    expect(shown).toEqual(variables);
  });

  it('explains each of them', () => {
    const lines = example.split('\n');
    const bare = lines.filter((line, at) => /^#?[A-Z\d_]+=/.test(line) && !/^# \S/.test(lines[at - 1] ?? ''));

    expect(bare).toEqual([]);
  });

  it('is valid as it is, and shows the defaults', () => {
    const uncommented = example.replace(/^#([A-Z\d_]+=)/gm, '$1');

    expect(readConfig(parse(example))).toEqual(readConfig({}));
    expect(readConfig(parse(uncommented))).toEqual(readConfig({}));
  });
});

describe('docs/settings.md', () => {
  it('has a row for every variable, and for no other', () => {
    const rows = [...read('docs/settings.md').matchAll(/^\| `([A-Z][A-Z\d_]+)`/gm)].map(([, name]) => name!).sort();

    expect(rows).toEqual(variables);
  });
});
