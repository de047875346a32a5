import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PATCHES } from '../../src/whatsapp/baileys/patches.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const LIST = 'src/whatsapp/baileys/patches.ts';
const ROW = /^\| `(.+?)` +\| (.+?) +\| (.+?) +\|$/;

/** Objects that a whole process shares, and functions that change their first argument. */
const GLOBALS = ['globalThis', 'global', 'console'];
const CHANGING_CALLS =
  /^(Object\.(assign|defineProperty|defineProperties|setPrototypeOf)|Reflect\.(set|defineProperty))$/;

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const product = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => `src/${path}`);

/** The places at which a file changes a global, a prototype, or what a package exports. */
function patchesIn(text: string): string[] {
  const tree = ts.createSourceFile('sample.ts', text, ts.ScriptTarget.ESNext, true);
  const shared = new Set(GLOBALS);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const name of importedNames(node)) shared.add(name);
    if (ts.isVariableDeclaration(node) && shared.has(plain(node.initializer))) shared.add(node.name.getText(tree));
    if (changedBy(node).some((target) => isShared(target, shared))) found.push(node.getText(tree));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** The names that a file imports from packages and from Node's modules. */
function importedNames(node: ts.Node): string[] {
  if (!ts.isImportDeclaration(node) || /^['"]\./.test(node.moduleSpecifier.getText())) return [];
  const { name, namedBindings } = node.importClause ?? {};
  const others = namedBindings && (ts.isNamespaceImport(namedBindings) ? [namedBindings] : namedBindings.elements);
  return [name, ...(others ?? []).map((each) => each.name)].flatMap((each) => each?.text ?? []);
}

/** What is assigned to, or handed to a function that changes it. */
function changedBy(node: ts.Node): ts.Expression[] {
  if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) return [node.left];
  if (ts.isDeleteExpression(node)) return [node.expression];
  if (!ts.isCallExpression(node)) return [];
  const called = node.expression.getText();
  // Its only use is to publish changes to Node's modules.
  if (called === 'syncBuiltinESMExports') return [node.expression];
  return CHANGING_CALLS.test(called) ? node.arguments.slice(0, 1) : [];
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function isShared(target: ts.Expression, shared: ReadonlySet<string>): boolean {
  return /\.prototype\b/.test(target.getText()) || shared.has(plain(target));
}

/** The name in front of all properties: `a` of `a.b[c]`, of `a as B`, and of `(a)`. */
function plain(node: ts.Expression | undefined): string {
  if (!node) return '';
  if (ts.isIdentifier(node)) return node.text;
  const isWrapped =
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isParenthesizedExpression(node);
  return isWrapped ? plain(node.expression) : '';
}

describe('the list of patches', () => {
  it('is the table of ADR 5, row by row', () => {
    const rows = read('docs/adr/0005-baileys-stays-unmodified.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => ROW.exec(line) ?? [line]);

    const documented = rows.map(([, target, changes, why]) => ({ target, changes, why }));
    expect(documented).toEqual(PATCHES.map(({ target, changes, why }) => ({ target, changes, why })));
  });

  it('is installed by main, and imported by no other file', () => {
    const importers = product.filter((path) => read(path).includes('/patches.ts'));

    expect(importers).toEqual(['src/main.ts']);
    expect(read('src/main.ts').match(/\binstallPatches\(/g)).toHaveLength(1);
  });

  it('is complete: nothing else in src/ changes what the whole process shares', () => {
    const siblings = [...read(LIST).matchAll(/from '\.\/(.+?)'/g)].map(([, name]) => `src/whatsapp/baileys/${name}`);

    const changing = product.filter((path) => patchesIn(read(path)).length > 0);

    expect(changing).toContain(LIST);
    expect(changing.filter((path) => ![LIST, ...siblings].includes(path))).toEqual([]);
  });
});

describe('the search for patches', () => {
  it.each([
    'globalThis.fetch = other;',
    'Object.assign(globalThis.console, { info });',
    'Array.prototype.last = last;',
    "import { proto } from 'library'; proto.Message.decode = decode;",
    "import crypto from 'node:crypto'; const own = crypto as unknown as Own; own[name] = wrapped;",
    "import * as all from 'library'; Object.defineProperty(all.Part, 'x', {});",
    "import { syncBuiltinESMExports } from 'node:module'; syncBuiltinESMExports();",
    'delete console.table;',
  ])('finds %s', (text) => {
    expect(patchesIn(text)).toHaveLength(1);
  });

  it.each([
    "import { Own } from './own.ts'; Own.table = {};",
    "import express from 'express'; const app = express(); app.locals = {}; Object.assign(app, { x });",
    "import { LIMITS } from 'library'; const limits = { ...LIMITS }; limits.a = 1;",
  ])('does not find %s', (text) => {
    expect(patchesIn(text)).toEqual([]);
  });
});
