import { execFile } from 'node:child_process';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { CommandLineError } from '../command-line.ts';
import type { GatewayAdapter, InstalledGateway } from './adapter.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Installs the packages that adapters want, each below `folder`, by npm and without running any of their scripts. Rejects with the
 * complaint of npm. @throws CommandLineError without a folder for them, or for one inside of this project
 */
export async function installAll(
  adapters: readonly GatewayAdapter[],
  folder: string | undefined,
): Promise<InstalledGateway[]> {
  const installed: InstalledGateway[] = [];
  for (const adapter of adapters) installed.push({ adapter, packages: await install(adapter, folder) });
  return installed;
}

async function install({ name, manifest }: GatewayAdapter, parent: string | undefined): Promise<string | undefined> {
  if (manifest === undefined) return undefined;
  if (parent === undefined)
    throw new CommandLineError(`The adapter "${name}" needs packages: name a folder for them by --install.`);
  await mkdir(parent, { recursive: true });
  if (!relative(ROOT, await realpath(parent)).startsWith('..'))
    throw new CommandLineError(
      '--install must be a folder outside of this project: what is compared is no part of it.',
    );
  const folder = join(await realpath(parent), name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ private: true, ...manifest }, null, 2)}\n`);
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  await promisify(execFile)('npm', ['install', ...options], { cwd: folder });
  return folder;
}
