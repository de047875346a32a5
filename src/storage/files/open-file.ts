import { type FileHandle, open } from 'node:fs/promises';
import type { ByteRange, OpenMedia } from '../../ports/media.ts';

const CHUNK_BYTES = 64 * 1024;

/**
 * Opens a range of the file at this path. All chunks share one buffer. (A stream of Node allocates a new one for each, which
 * makes the process grow by what it reads.)
 */
export async function openFile(path: string, range: ByteRange): Promise<OpenMedia> {
  const file = await open(path);
  return { chunks: chunksOf(file, range), [Symbol.asyncDispose]: () => file.close() };
}

async function* chunksOf(file: FileHandle, { start, end }: ByteRange): AsyncGenerator<Uint8Array, void> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = start; at <= end;) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK_BYTES, end - at + 1), at);
    // The reader must not mistake this for the whole file.
    if (bytesRead === 0) throw new Error('A file was truncated while it was being read');
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
