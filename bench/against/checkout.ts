import { execFile } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CommandLineError } from '../command-line.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

/** Another commit of this repository, in a folder of its own with its packages. */
export interface Checkout extends AsyncDisposable {
  /** The full hash. */
  commit: string;
  root: string;
}

/**
 * Checks the commit out below `folder`. Its packages are those of this checkout when both lock files agree, otherwise they are installed.
 * @throws CommandLineError when there is no such commit
 */
export async function checkOut(ref: string, folder: string): Promise<Checkout> {
  const commit = await commitOf(ref);
  const root = join(folder, commit.slice(0, 12));
  await git('worktree', 'add', '--quiet', '--detach', root, commit);
  const remove = async (): Promise<void> => {
    await git('worktree', 'remove', '--force', root);
  };
  try {
    await bringPackages(root);
  } catch (error) {
    await remove();
    throw error;
  }
  return { commit, root, [Symbol.asyncDispose]: remove };
}

async function commitOf(ref: string): Promise<string> {
  try {
    return await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
  } catch {
    throw new CommandLineError(`There is no commit "${ref}" in this repository.`);
  }
}

async function bringPackages(root: string): Promise<void> {
  const lock = (folder: string) => readFile(join(folder, 'package-lock.json'), 'utf8');
  if ((await lock(root)) === (await lock(ROOT))) await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  else await run('npm', ['ci'], { cwd: root });
}

async function git(...args: string[]): Promise<string> {
  return (await run('git', args, { cwd: ROOT })).stdout.trim();
}
