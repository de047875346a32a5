import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ERROR_STATUS } from '../../src/http/responses/error-status.ts';
import { ROUTES } from '../../src/http/routes/index.ts';

const root = (path: string) => new URL(`../../${path}`, import.meta.url);
const read = (path: string) => readFileSync(root(path), 'utf8');

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** Headings as their level, code blocks as their language: what two translations have in common. */
function skeleton(text: string): string[] {
  return [...text.matchAll(/^(#+) |^```(\w+)$/gm)].map(([, level, language]) => level ?? language!);
}

it('are the same in both languages, heading by heading and example by example', () => {
  expect(skeleton(read('README.es.md'))).toEqual(skeleton(read('README.md')));
});

it('the index of the documentation names every page of it', () => {
  const index = read('docs/README.md');
  const pages = readdirSync(root('docs')).filter((name) => name.endsWith('.md') && name !== 'README.md');

  expect(pages.filter((page) => !index.includes(`](${page}`))).toEqual([]);
});

describe.each(['README.md', 'README.es.md'])('%s', (name) => {
  const text = read(name);

  it('has every error with its status, and no other', () => {
    const rows = [...text.matchAll(/^\| `([a-z_]+)`\s*\| (\d{3}) /gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);

    expect(rows).toEqual(Object.entries(ERROR_STATUS));
  });

  it('has every route, and no other', () => {
    const rows = [...text.matchAll(/^\| `([A-Z]+ \/[^`]*)`/gm)].map(([, request]) => request);
    const routes = ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path}`);

    expect(rows.sort()).toEqual(routes.sort());
  });

  it('names only scripts that are there', () => {
    const named = [...text.matchAll(/npm run ([a-z:]+)/g)].map(([, script]) => script!);

    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  it('links only to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link!);

    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(root(link)))).toEqual([]);
  });
});
