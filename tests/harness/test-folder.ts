import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUpLater } from './jest/clean-ups.ts';

/** A new folder, removed after the test, or, if none is running, after those of the file. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'storage-'));
  cleanUpLater(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
