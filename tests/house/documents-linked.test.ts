import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const PAGES = globSync(['*.md', 'docs/**/*.md', 'examples/*/*.md', 'simulator/*.md', 'demo/media/*.md'], {
  cwd: ROOT,
}).sort();

/** A link in a page, with the file that it leads to, from the root, and the heading in that file. */
interface Link {
  page: string;
  file: string;
  anchor: string | undefined;
}

function linksOf(page: string): Link[] {
  return [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => {
      const [path = '', anchor] = target.split('#');
      return { page, file: path === '' ? page : join(dirname(page), path), anchor };
    });
}

/** The anchors of a page, as GitHub derives them from its headings. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
}

const links = PAGES.flatMap(linksOf);

it('finds the links of the documents', () => {
  expect(links).toContainEqual({ page: 'docs/README.md', file: 'README.md', anchor: undefined });
  expect(links.length).toBeGreaterThan(150);
});

it('every link of a document leads to a file that exists', () => {
  expect(links.filter(({ file }) => !existsSync(join(ROOT, file)))).toEqual([]);
});

it('every link to a heading leads to one that exists', () => {
  const anchored = links.filter(({ anchor }) => anchor !== undefined);

  expect(anchored.length).toBeGreaterThan(2);
  expect(anchored.filter(({ file, anchor }) => !anchorsOf(file).includes(anchor!))).toEqual([]);
});

it('the index of the documentation names every page of it', () => {
  const index = linksOf('docs/README.md').map(({ file }) => file);
  const pages = readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => `docs/${name}`);

  expect(pages.filter((page) => !index.includes(page))).toEqual([]);
});
