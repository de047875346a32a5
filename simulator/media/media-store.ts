import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** An encrypted file on disk; it stays until the store ends, whether it can be downloaded or not. */
export interface StoredFile {
  /** Where it is on disk. */
  readonly path: string;
  readonly length: number;
  readonly sha256: Buffer;
}

/** A file that was put up for download. */
export interface PublishedFile {
  readonly file: StoredFile;
  /** The number of the account that put it up. */
  readonly number: string;
  /** Whether it was there before and was put up again because somebody asked for it. */
  readonly again: boolean;
  /** The HTTP status of downloads once it was removed. */
  gone: number | undefined;
}

/** Where the real server has what is under a direct path; ours has the same path at its own address. */
export function publicUrl(directPath: string): string {
  return `https://mmg.whatsapp.net${directPath}`;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Where files of each kind are, as the real server has it. */
const FOLDERS = new Map([
  ['image', 't62.7118-24'],
  ['video', 't62.7161-24'],
  ['audio', 't62.7117-24'],
  ['document', 't62.7119-24'],
]);

/** The encrypted media of a server, in a temporary folder that is made with the first file and goes with the server. */
export class MediaStore implements AsyncDisposable {
  readonly #published = new Map<string, PublishedFile & { signature: string }>();
  #folder: Promise<string> | undefined;
  #ended = false;

  /** Writes a file; nothing is left of it when that fails. */
  async write(source: Chunks): Promise<StoredFile> {
    const path = join(await this.#openFolder(), randomUUID());
    const hash = createHash('sha256');
    let length = 0;
    async function* measured(chunks: Chunks): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        length += chunk.byteLength;
        yield chunk;
      }
    }
    try {
      await pipeline(source, measured, createWriteStream(path));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return { path, length, sha256: hash.digest() };
  }

  /** Throws a file away that was never put up. */
  async discard({ path }: StoredFile): Promise<void> {
    await rm(path, { force: true });
  }

  /** Puts a file up for download; answers its direct path, a new one each time. */
  publish(file: StoredFile, facts: { upload: string; number: string; again?: boolean }): string {
    const name = `${randomInt(2 ** 47)}_${randomInt(2 ** 47)}_n.enc`;
    const path = `/v/${FOLDERS.get(facts.upload) ?? 't62.15575-24'}/${name}`;
    const signature = `01_${randomBytes(24).toString('base64url')}`;
    const { number, again = false } = facts;
    this.#published.set(path, { file, number, again, gone: undefined, signature });
    return `${path}?ccb=11-4&oh=${signature}&oe=7FFFFFFF&_nc_sid=5e03e0`;
  }

  /** The file that was put up under this direct path; undefined also when its signature, `oh`, is not right. */
  find(directPath: string): PublishedFile | undefined {
    const [path = '', query] = directPath.split('?', 2);
    const found = this.#published.get(path);
    return found?.signature === new URLSearchParams(query).get('oh') ? found : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #openFolder(): Promise<string> {
    if (this.#ended) return Promise.reject(new Error('The media server has ended.'));
    this.#folder ??= mkdtemp(join(tmpdir(), 'simulator-media-'));
    return this.#folder;
  }
}
