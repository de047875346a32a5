import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspacesOf } from '../../scripts/packages/pack.ts';
import { NAMING_THE_VERSION } from '../../scripts/release/version-files.ts';
import { testFolder } from '../harness/test-folder.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

/** A git repository with what a release needs of ours: the packages, and the files that name the version. */
export class RepositoryCopy {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Creates it, with one commit, and with something that is not released yet in its changelog. */
  static async create(): Promise<RepositoryCopy> {
    const copy = new RepositoryCopy(await testFolder());
    const files = ['package.json', 'package-lock.json', 'LICENSE', '.gitignore', 'docs/simulator.md'];
    for (const name of [...files, ...NAMING_THE_VERSION, ...workspacesOf(ROOT)]) {
      cpSync(join(ROOT, name), join(copy.root, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy.root, 'node_modules'));
    copy.write('CHANGELOG.md', '# Changelog\n\n## Next\n\n- New: something.\n\n## 3.0.0\n\nOld.\n');
    copy.git('init', '--quiet');
    copy.git('config', 'user.name', 'Test');
    copy.git('config', 'user.email', 'test@localhost');
    copy.commit('start');
    return copy;
  }

  read(name: string): string {
    return readFileSync(join(this.root, name), 'utf8');
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.root, name), text);
  }

  /** Commits everything. */
  commit(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '-m', message);
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, encoding: 'utf8' }).trim();
  }
}
