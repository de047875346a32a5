import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = new URL('../../', import.meta.url).pathname;
const LIMIT = 300;

/** A file of the product, with its path from the root. */
interface SourceFile {
  path: string;
  text: string;
}

function filesBelow(...folders: string[]): SourceFile[] {
  return folders
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, String(name))))
    .filter((path) => /\.(ts|js)$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

function parsed({ path, text }: SourceFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
}

/** The number of lines of code as lint counts them: without blank lines and comments. */
function linesOfCode(file: SourceFile): number {
  const tree = parsed(file);
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(tree);
    children.forEach(visit);
    if (children.length > 0 || node.kind === ts.SyntaxKind.EndOfFileToken) return;
    const first = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line;
    const last = tree.getLineAndCharacterOfPosition(node.getEnd()).line;
    for (let line = first; line <= last; line += 1) lines.add(line);
  };
  visit(tree);
  return lines.size;
}

/** Where an exported declaration has no doc comment. */
function undocumented(file: SourceFile): string[] {
  const tree = parsed(file);
  return tree.statements
    .filter((statement) => isExported(statement) && ts.getJSDocCommentsAndTags(statement).length === 0)
    .map((node) => `${file.path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`);
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
  );
}

const product = filesBelow('src');

it('looks at the whole product', () => {
  expect(product.map(({ path }) => path)).toEqual(expect.arrayContaining(['src/app.ts', 'src/http/routes/index.ts']));
});

it('finds what it looks for', () => {
  const text = '/** Said. */\nexport const said = 1;\n\n// Not said.\nexport const mute = `\n`;\nconst own = 2;\n';

  expect(undocumented({ path: 'sample.ts', text })).toEqual(['sample.ts:5']);
  expect(linesOfCode({ path: 'sample.ts', text })).toBe(4);
});

it('has no file of more than 300 lines of code', () => {
  // Most files are not that long with their comments either: those need not be parsed.
  const candidates = filesBelow('src', 'simulator', 'demo').filter(({ text }) => text.split('\n').length > LIMIT);
  const long = candidates.filter((file) => linesOfCode(file) > LIMIT);

  expect(long.map(({ path }) => path)).toEqual([]);
});

it('documents every declaration that src/ exports', () => {
  expect(product.flatMap(undocumented)).toEqual([]);
});

it('takes the time only from the clock in kit/', () => {
  const askers = product.filter(({ path, text }) => !path.startsWith('src/kit/') && text.includes('Date.now('));

  expect(askers.map(({ path }) => path)).toEqual([]);
});

it('has commands that an older Node.js refuses with a sentence, before it meets TypeScript', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const programs = Object.values(scripts).filter((script) => /^node .*\b(src|demo|simulator)\/\S+\.ts/.test(script));
  expect(programs.length).toBeGreaterThan(5);
  expect(programs.filter((script) => !script.startsWith('node --import ./bin/check-node.js '))).toEqual([]);

  const versions = `Object.defineProperty(process, 'versions', { value: { node: '20.19.0' } })`;
  const old = ['--import', `data:text/javascript,${versions}`, '--import', './bin/check-node.js', 'no/such/file.ts'];
  const { status, stderr } = spawnSync(process.execPath, old, { cwd: ROOT, encoding: 'utf8' });
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^The WhatsApp Orchestrator needs Node 22\.18 .+20\.19\.0\.\n$/),
  ]);
});
