import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../domain/errors.ts';

/** How the folders are named that are ours to remove. */
export const FOLDER_PREFIX = 'whatsapp-orchestrator-file-';

/** As much of a file as tells its kind. */
const HEAD_BYTES = 64;

/** A file that was written. */
export interface StoredFile {
  path: string;
  /** Bytes. */
  size: number;
  /** Hex. */
  sha256: string;
  /** Its first 64 bytes, or all of it. */
  head: Buffer;
}

/** A stream, or anything else that gives bytes piece by piece. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A folder for the files of one request, made when there is a first one. Disposing removes it with all that is in it. */
export class TemporaryFolder implements AsyncDisposable {
  readonly #parent: string;
  #made: Promise<string> | undefined;
  #count = 0;

  /** `parent` is there already. */
  constructor(parent: string) {
    this.#parent = parent;
  }

  /**
   * Writes a file that only we can read, without ever holding more than a piece of it.
   * @throws AppError `file_too_large` as soon as there are more than `maxBytes`, `invalid_file` when there are none,
   *   `storage_unavailable`; and what `source` throws
   */
  async save(source: Bytes, maxBytes: number): Promise<StoredFile> {
    this.#made ??= onDisk(mkdtemp(join(this.#parent, FOLDER_PREFIX)));
    const path = join(await this.#made, String(++this.#count));
    const file = await onDisk(open(path, 'wx', 0o600));
    try {
      return { path, ...(await write(source, file, maxBytes)) };
    } finally {
      await file.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const folder = await this.#made?.catch(() => undefined);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function write(source: Bytes, file: FileHandle, maxBytes: number): Promise<Omit<StoredFile, 'path'>> {
  const hash = createHash('sha256');
  let size = 0;
  let head = Buffer.alloc(0);
  for await (const piece of source) {
    size += piece.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    hash.update(piece);
    if (head.length < HEAD_BYTES) head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES - head.length)]);
    await onDisk(file.writeFile(piece));
  }
  if (size === 0) throw new AppError('invalid_file', { message: 'The file is empty.' });
  return { size, sha256: hash.digest('hex'), head };
}

/** The refusal of a file that has more than `maxBytes`. */
export function tooLarge(maxBytes: number): AppError {
  return new AppError('file_too_large', { message: `The file is larger than ${maxBytes} bytes (MAX_MEDIA_BYTES).` });
}

/** A disk that is full or takes nothing is nobody's mistake. */
async function onDisk<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw new AppError('storage_unavailable', { cause });
  }
}
