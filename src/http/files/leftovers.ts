import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FOLDER_PREFIX } from './temporary-folder.ts';

/** Longer than any request takes, including those that wait for their turn to be sent. */
const OLD_MS = 24 * 3_600_000;

/**
 * Removes temporary folders that a crashed process left in `parent`: those with our prefix and user that have not been written
 * to for a day. Newer ones may belong to another orchestrator on this machine.
 */
export async function removeLeftovers(parent: string): Promise<void> {
  const nowMs = await timeOfDisk(parent);
  const names = (await readdir(parent)).filter((name) => name.startsWith(FOLDER_PREFIX));
  await Promise.all(names.map((name) => removeIfOld(join(parent, name), nowMs)));
}

/** The current time according to the file system, which is what the ages of the folders are measured against. */
async function timeOfDisk(parent: string): Promise<number> {
  const probe = await mkdtemp(join(parent, FOLDER_PREFIX));
  try {
    return (await lstat(probe)).mtimeMs;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

async function removeIfOld(path: string, nowMs: number): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  const isOurs = found?.isDirectory() === true && found.uid === process.getuid?.();
  if (isOurs && nowMs - found.mtimeMs >= OLD_MS) await rm(path, { recursive: true, force: true });
}
