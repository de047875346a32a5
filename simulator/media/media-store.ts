import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** An encrypted file on disk; it stays until the store is disposed of, whether it is published or not. */
export interface StoredFile {
  /** Path on disk. */
  readonly path: string;
  readonly length: number;
  readonly sha256: Buffer;
}

/** A file that is published for download. */
export interface PublishedFile {
  readonly file: StoredFile;
  /** The number of the account that uploaded it. */
  readonly number: string;
  /** Whether it was uploaded again because a client asked for it. */
  readonly again: boolean;
  /** The HTTP status of downloads once it is removed. */
  gone: number | undefined;
}

/** The URL of a direct path on the real server; the simulator serves the same path on its own host. */
export function publicUrl(directPath: string): string {
  return `https://mmg.whatsapp.net${directPath}`;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The folder of each kind of media in direct paths of the real server. */
const FOLDERS = new Map([
  ['image', 't62.7118-24'],
  ['video', 't62.7161-24'],
  ['audio', 't62.7117-24'],
  ['document', 't62.7119-24'],
]);

/** The encrypted media of a server. The temporary folder is created with the first file and removed with the server. */
export class MediaStore implements AsyncDisposable {
  readonly #published = new Map<string, PublishedFile & { signature: string }>();
  readonly #handles = new Map<string, string>();
  #folder: Promise<string> | undefined;
  #ended = false;

  /** Writes a file to disk; on failure nothing is left of it. */
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

  /** Deletes a file that was never published. */
  async discard({ path }: StoredFile): Promise<void> {
    await rm(path, { force: true });
  }

  /** Publishes a file and returns its direct path, a new one each time. */
  publish(file: StoredFile, facts: { upload: string; number: string; again?: boolean }): string {
    const name = `${randomInt(2 ** 47)}_${randomInt(2 ** 47)}_n.enc`;
    const path = `/v/${FOLDERS.get(facts.upload) ?? 't62.15575-24'}/${name}`;
    const signature = `01_${randomBytes(24).toString('base64url')}`;
    const { number, again = false } = facts;
    this.#published.set(path, { file, number, again, gone: undefined, signature });
    return `${path}?ccb=11-4&oh=${signature}&oe=7FFFFFFF&_nc_sid=5e03e0`;
  }

  /** The handle by which a message in a channel names the file with this direct path. */
  nameForChannels(directPath: string): string {
    const handle = randomBytes(12).toString('base64url');
    this.#handles.set(handle, directPath);
    return handle;
  }

  /** The direct path of the file with this handle. */
  named(handle: string | undefined): string | undefined {
    return this.#handles.get(handle ?? '');
  }

  /** The file with this direct path; undefined also when the signature `oh` is wrong. */
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
