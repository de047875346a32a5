import { existsSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);
const THREATS = /## Whom does it withstand\?\n(.*?)(?=\n## |$)/s;

it('docs/security.md names an existing test for each threat', () => {
  const [, threats = ''] = THREATS.exec(readFileSync(new URL('docs/security.md', ROOT), 'utf8')) ?? [];
  const rows = threats.split('\n').filter((line) => line.startsWith('| ') && !/^\| (\*\*|-)|^\| Who/.test(line));
  const tests = rows.map((row) => [...row.matchAll(/`([a-z\d-]+(?:\/[a-z\d-]+)+)`/g)].map(([, name]) => name!));

  expect(rows.length).toBeGreaterThan(20);
  expect(tests.filter((names) => names.length === 0)).toEqual([]);
  expect(tests.flat().filter((name) => !existsSync(new URL(`tests/${name}.test.ts`, ROOT)))).toEqual([]);
});
