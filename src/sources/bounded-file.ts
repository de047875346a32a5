import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Links are not followed, and what is no file (a pipe, a device) does not keep us waiting. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Reads a text file; `undefined` when it is no file, cannot be read, or has more than `maxBytes`. */
export async function readBounded(path: string, maxBytes: number): Promise<string | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, FLAGS);
  } catch {
    return undefined;
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile() || stats.size > maxBytes) return undefined;
    const bytes = Buffer.alloc(stats.size);
    const { bytesRead } = await file.read(bytes, 0, stats.size, 0);
    return bytes.toString('utf8', 0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
