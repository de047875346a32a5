import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** How the packages are compiled: as tsconfig.json says, and `npm run typecheck` has checked it. Node strips no types below node_modules. */
export const COMPILER_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  lib: ['lib.esnext.d.ts'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  noCheck: true,
  declaration: true,
  stripInternal: true,
  rewriteRelativeImportExtensions: true,
};

/** A package in a folder of the repository, and the files of it that others import or run. */
export interface Sources {
  folder: string;
  /** Names within the folder. */
  entries: readonly string[];
}

/** A host that reads each file once, for all programs that it is given to: half of the time goes into the types of Node and Baileys. */
export function readingOnce(options: ts.CompilerOptions = COMPILER_OPTIONS): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const files = new Map<string, ts.SourceFile | undefined>();
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    if (!files.has(name)) files.set(name, read(name, ...rest));
    return files.get(name);
  };
  return host;
}

/**
 * Writes JavaScript and types of the entries, and of what they import, into `target`, in the same folders as in the repository.
 * @throws Error when a file is not in the package's folder, or has types that cannot be written down
 */
export function compile({ folder, entries }: Sources, target: string, host: ts.CompilerHost): void {
  const options = { ...COMPILER_OPTIONS, rootDir: folder, outDir: target };
  const rootNames = entries.map((entry) => join(folder, entry));
  const program = ts.createProgram({ rootNames, options, host });
  const own = program.getSourceFiles().filter(({ fileName }) => !/\.d\.[cm]?ts$/.test(fileName));
  const outside = own.find(({ fileName }) => relative(folder, fileName).startsWith('..'));
  if (outside) throw new Error(`${outside.fileName} is imported, but is not part of the package in ${folder}.`);
  const { diagnostics } = program.emit(undefined, (path, text) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  });
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, host));
}
