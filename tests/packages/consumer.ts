import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { COMPILER_OPTIONS } from '../../scripts/packages/compile.ts';
import { CHILD_ENVIRONMENT } from '../harness/child-environment.ts';
import { testFolder } from '../harness/test-folder.ts';

const PACKAGES = new URL('../../node_modules/', import.meta.url).pathname;

/** Somebody's own project, empty but for what is installed. */
export class Consumer {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<Consumer> {
    const consumer = new Consumer(await testFolder());
    consumer.write('package.json', '{ "type": "module" }');
    return consumer;
  }

  /** Installs a tarball without dependencies, as npm does it, and without the network. */
  install(tarball: string): void {
    const options = ['--offline', '--no-audit', '--no-fund', '--silent'];
    execFileSync('npm', ['install', tarball, ...options], { cwd: this.root });
  }

  /**
   * Unpacks a tarball where npm would, beside links to its dependencies: npm would fetch those from the registry, which tests do not
   * need, in half a minute.
   */
  unpack(tarball: string, name: string): void {
    const folder = join(this.root, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '--strip-components', '1', '-C', folder]);
    for (const dependency of Object.keys(this.manifestOf(name).dependencies ?? {})) {
      const link = join(this.root, 'node_modules', dependency);
      mkdirSync(join(link, '..'), { recursive: true });
      symlinkSync(join(PACKAGES, dependency), link);
    }
  }

  manifestOf(name: string): { version: string; bin?: Record<string, string>; dependencies?: Record<string, string> } {
    return JSON.parse(this.read(`node_modules/${name}/package.json`)) as ReturnType<Consumer['manifestOf']>;
  }

  read(name: string): string {
    return readFileSync(join(this.root, name), 'utf8');
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.root, name), text);
  }

  /** The example of a package's README. */
  exampleOf(name: string): string {
    return /^```ts\n(.*?)^```/ms.exec(this.read(`node_modules/${name}/README.md`))![1]!;
  }

  /** Runs one of its files. */
  run(file: string, ...args: string[]): ChildProcess {
    return spawn(process.execPath, [file, ...args], {
      ...{ cwd: this.root, env: { ...CHILD_ENVIRONMENT, API_KEY: 'the-key' } },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** The errors of TypeScript in its files, and in the types of the packages that it imports from its own folder. */
  typeErrors(files: readonly string[], host: ts.CompilerHost): string[] {
    const options = { ...COMPILER_OPTIONS, noEmit: true, noCheck: false, skipLibCheck: false };
    const program = ts.createProgram({ rootNames: files.map((file) => join(this.root, file)), options, host });
    const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(this.root));
    return own
      .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
      .map((diagnostic) => ts.formatDiagnostic(diagnostic, host));
  }
}
