import type { Dirent } from 'node:fs';
import { constants, copyFile, chmod, mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFailure } from '../../kit/failure.ts';

/** What was copied. */
export interface CopiedFiles {
  files: number;
  bytes: number;
}

/**
 * Copies the files of a folder and of those in it for their owner only, and brings them to disk. Leaves out links, devices, and what
 * `isWanted` rejects by its name; a file that is removed meanwhile is none. A folder that does not exist is empty.
 */
export async function copyFolder(
  from: string,
  to: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<CopiedFiles> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  const copied = { files: 0, bytes: 0 };
  for (const entry of (await unlessGone(readdir(from, { withFileTypes: true }))) ?? []) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (!isWanted(entry.name)) continue;
    const found = entry.isDirectory()
      ? await copyFolder(source, target, isWanted)
      : await copyOne(entry, source, target);
    copied.files += found.files;
    copied.bytes += found.bytes;
  }
  await syncToDisk(to);
  return copied;
}

async function copyOne(entry: Dirent, from: string, to: string): Promise<CopiedFiles> {
  const bytes = entry.isFile() ? await unlessGone(copyPrivate(from, to)) : undefined;
  return bytes === undefined ? { files: 0, bytes: 0 } : { files: 1, bytes };
}

/** Copies a file, for its owner only. Returns its size once it is on disk. */
export async function copyPrivate(from: string, to: string): Promise<number> {
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await chmod(to, 0o600);
  await syncToDisk(to);
  return (await stat(to)).size;
}

/** Brings a file, or the names in a folder, to disk. */
export async function syncToDisk(path: string): Promise<void> {
  const opened = await open(path);
  await opened.sync().finally(() => opened.close());
}

async function unlessGone<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (describeFailure(error).code === 'ENOENT') return undefined;
    throw error;
  }
}
