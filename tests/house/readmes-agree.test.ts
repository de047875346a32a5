import { readFileSync } from 'node:fs';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

const ENGLISH = read('README.md');
const SPANISH = read('README.es.md');

/** Headings as their level, code blocks as their language: what two translations have in common. */
function skeleton(text: string): string[] {
  return [...text.matchAll(/^(#+) |^```(\w+)$/gm)].map(([, level, language]) => level ?? language!);
}

/** What a reader copies: the blocks of commands and of code, without their comments. */
function examples(text: string): string[] {
  return [...text.matchAll(/^```(?!mermaid)\w+\n(.*?)^```/gms)].map(([, code]) =>
    code!
      .split('\n')
      .map((line) => line.replace(/\s*(?:#|\/\/) (?!\{).*$/, ''))
      .join('\n'),
  );
}

/** Where the links and pictures lead, in their order. */
function targets(text: string): string[] {
  return [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
}

/** The names of files, settings, fields, requests and commands. */
function names(text: string): string[] {
  return [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, name]) => name!);
}

describe('the two READMEs', () => {
  it('have the same headings and code blocks', () => {
    expect(skeleton(SPANISH)).toEqual(skeleton(ENGLISH));
  });

  it('give the same commands and code', () => {
    expect(examples(ENGLISH).length).toBeGreaterThan(5);
    expect(examples(SPANISH)).toEqual(examples(ENGLISH));
  });

  it('link to the same pages in the same order, and to each other', () => {
    const english = targets(ENGLISH);

    expect(english).toContain('README.es.md');
    expect(targets(SPANISH)).toEqual(english.map((link) => (link === 'README.es.md' ? 'README.md' : link)));
  });

  it('name the same settings, requests and fields', () => {
    expect(names(ENGLISH).length).toBeGreaterThan(20);
    expect(names(SPANISH).sort()).toEqual(names(ENGLISH).sort());
  });
});

describe.each([
  ['README.md', ENGLISH],
  ['README.es.md', SPANISH],
])('%s', (_name, text) => {
  it('has at most 1,500 words', () => {
    expect(text.split(/\s+/).filter((word) => word !== '').length).toBeLessThanOrEqual(1_500);
  });

  it('names only scripts that exist', () => {
    const named = [...text.matchAll(/npm run ([a-z:]+)/g)].map(([, script]) => script!);

    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

describe('the badges', () => {
  const { license, engines, dependencies, devDependencies } = JSON.parse(read('package.json')) as {
    license: string;
    engines: { node: string };
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };

  it.each([
    ['licence', license],
    ['node', engines.node.replace('>=', '≥ ')],
    ['typescript', devDependencies.typescript!.split('.', 2).join('.')],
    ['baileys', dependencies['@whiskeysockets/baileys']!],
  ])('%s says %s, as package.json does', (name, value) => {
    expect(ENGLISH).toContain(`(docs/images/badges/${name}.svg)`);
    expect(read(`docs/images/badges/${name}.svg`)).toMatch(new RegExp(`<title>\\w+: ${value}</title>`));
  });
});
