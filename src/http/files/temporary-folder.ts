import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../domain/errors.ts';

/** The name prefix of our folders. */
export const FOLDER_PREFIX = 'whatsapp-orchestrator-file-';

/** How much of a file is needed to detect its type. */
const HEAD_BYTES = 64;

/** A file on disk. */
export interface StoredFile {
  path: string;
  /** Bytes. */
  size: number;
  /** Hex. */
  sha256: string;
  /** Its first 64 bytes, or the whole file if it is smaller. */
  head: Buffer;
}

/** A stream, or another source of chunks. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A folder for the files of one request, created with the first one. Disposing removes it and its contents. */
export class TemporaryFolder implements AsyncDisposable {
  readonly #parent: string;
  #path: Promise<string> | undefined;
  #count = 0;

  /** `parent` must exist. */
  constructor(parent: string) {
    this.#parent = parent;
  }

  /**
   * Writes a file that only this user can read, holding only one chunk in memory.
   * @throws AppError `file_too_large` as soon as it exceeds `maxBytes`, `invalid_file` if it is empty,
   *   `storage_unavailable`; and what `source` throws
   */
  async save(source: Bytes, maxBytes: number): Promise<StoredFile> {
    this.#path ??= onDisk(mkdtemp(join(this.#parent, FOLDER_PREFIX)));
    const path = join(await this.#path, String(++this.#count));
    const file = await onDisk(open(path, 'wx', 0o600));
    try {
      return { path, ...(await write(source, file, maxBytes)) };
    } finally {
      await file.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const folder = await this.#path?.catch(() => undefined);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function write(source: Bytes, file: FileHandle, maxBytes: number): Promise<Omit<StoredFile, 'path'>> {
  const hash = createHash('sha256');
  let size = 0;
  let head = Buffer.alloc(0);
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    hash.update(chunk);
    if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
    await onDisk(file.writeFile(chunk));
  }
  if (size === 0) throw new AppError('invalid_file', { message: 'The file is empty.' });
  return { size, sha256: hash.digest('hex'), head };
}

/** The refusal of a file larger than `maxBytes`. */
export function tooLarge(maxBytes: number): AppError {
  return new AppError('file_too_large', { message: `The file is larger than ${maxBytes} bytes (MAX_MEDIA_BYTES).` });
}

/** A full or failing disk is not the caller's fault. */
async function onDisk<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw new AppError('storage_unavailable', { cause });
  }
}
