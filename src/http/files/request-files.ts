import { createReadStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../domain/errors.ts';
import type { LinkPreview, OutgoingFile } from '../../domain/outgoing.ts';
import type { Clock } from '../../kit/clock.ts';
import { cleanFileName } from '../../kit/file-name.ts';
import { Semaphore } from '../../kit/semaphore.ts';
import { stickerOf } from './pictures.ts';
import { Base64File, type FileFacts } from './base64-file.ts';
import { type FileAtUrl, type FileSource, UploadedFile } from './file-field.ts';
import { nameInDisposition, nameInUrl } from './file-name.ts';
import { type FetchDeps, guardedFetch } from './guarded-fetch.ts';
import { CONVERTED, type ConversionTarget, Ffmpeg } from './ffmpeg.ts';
import { makePreview } from './link-preview.ts';
import { chooseMimetype, type KindClues } from './mimetype.ts';
import { readMultipart } from './multipart.ts';
import { type Bytes, TemporaryFolder, tooLarge } from './temporary-folder.ts';
import { UrlRules, type UrlRulesDeps } from './url-rules.ts';

/** How the files in requests are handled. */
export interface FileSettings extends UrlRulesDeps {
  /** The size limit in bytes. */
  maxBytes: number;
  /** The folder for temporary files. */
  temporaryDir: string;
  /** Sent to the servers of URLs. */
  userAgent: string;
  /** The program that converts files, if there is one. */
  ffmpeg?: string | undefined;
  clock: Clock;
}

/** How many large JSON bodies may be in memory at once, for all callers: parsing one takes about five times its size. */
const MAX_LARGE_BODIES = 2;

/** Opens the files in requests. */
export class FileIntake {
  readonly #memory = new Semaphore(MAX_LARGE_BODIES);
  readonly #settings: FileSettings;
  readonly #fetchDeps: FetchDeps;
  readonly #ffmpeg: Ffmpeg | undefined;

  constructor(settings: FileSettings) {
    this.#settings = settings;
    this.#ffmpeg = settings.ffmpeg === undefined ? undefined : new Ffmpeg(settings.ffmpeg, settings.clock);
    const { clock, userAgent } = settings;
    this.#fetchDeps = { rules: new UrlRules(settings), clock, userAgent };
  }

  /** The files of one request. Disposing of them removes them. */
  forRequest(): RequestFiles {
    const { temporaryDir, maxBytes } = this.#settings;
    const shared = { maxBytes, fetchDeps: this.#fetchDeps, memory: this.#memory, ffmpeg: this.#ffmpeg };
    return new RequestFiles(new TemporaryFolder(temporaryDir), shared);
  }
}

/** What the files of all requests share. */
interface Shared {
  maxBytes: number;
  fetchDeps: FetchDeps;
  memory: Semaphore;
  ffmpeg: Ffmpeg | undefined;
}

/** What a file's name and type are derived from. */
type Clues = Omit<KindClues, 'head'>;

/** The files of one request. Disposing of them removes them. */
export class RequestFiles implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #maxBytes: number;
  readonly #fetchDeps: FetchDeps;
  readonly #memory: Semaphore;
  readonly #ffmpeg: Ffmpeg | undefined;
  #releaseMemory: () => void = () => undefined;

  constructor(folder: TemporaryFolder, { maxBytes, fetchDeps, memory, ffmpeg }: Shared) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#fetchDeps = fetchDeps;
    this.#memory = memory;
    this.#ffmpeg = ffmpeg;
  }

  /** Resolves when a large body fits into memory. Its slot is released when the file is on disk or the request is over. */
  async waitForMemory(): Promise<void> {
    this.#releaseMemory = await this.#memory.take();
  }

  /**
   * The file, on disk until the request is answered.
   * @throws AppError `invalid_file`, `file_too_large`, `url_not_allowed`, `url_not_reachable`, `storage_unavailable`
   */
  async open(source: FileSource): Promise<OutgoingFile> {
    if (source instanceof UploadedFile) return source.file;
    if (source instanceof Base64File) return this.#saveFromMemory(source);
    return this.#fetch(source);
  }

  preview(text: string): Promise<LinkPreview | undefined> {
    return makePreview(text, this.#fetchDeps);
  }

  async sticker(file: OutgoingFile): Promise<OutgoingFile> {
    if (!['image/png', 'image/jpeg'].includes(file.mimetype)) return file;
    const picture = await stickerOf(file.path).catch((cause: unknown) => {
      throw new AppError('unsupported_media', { message: 'The picture cannot be read.', cause });
    });
    return this.#save([picture], { given: 'image/webp', fileName: file.fileName ?? undefined });
  }

  async convert(file: OutgoingFile, target: ConversionTarget): Promise<OutgoingFile> {
    if (!this.#ffmpeg) throw new AppError('conversion_unavailable');
    const to = `${file.path}-${target}`;
    await this.#ffmpeg.convert(target, { from: file.path, to }, this.#maxBytes);
    return this.#save(createReadStream(to), { given: CONVERTED[target], fileName: undefined });
  }

  checkUrl(url: string): void {
    this.#fetchDeps.rules.check(url);
  }

  /**
   * Reads a multipart body; see {@link readMultipart}.
   * @throws AppError also `invalid_file`, `file_too_large`, `storage_unavailable`
   */
  receive(req: IncomingMessage): Promise<Record<string, unknown>> {
    return readMultipart(req, {
      maxBytes: this.#maxBytes,
      save: async (content, facts) => new UploadedFile(await this.#save(content, facts)),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#releaseMemory();
    return this.#folder[Symbol.asyncDispose]();
  }

  async #saveFromMemory(source: Base64File): Promise<OutgoingFile> {
    const file = await this.#save([source.take()], clues(source.facts));
    this.#releaseMemory();
    return file;
  }

  #fetch({ url: text, facts }: FileAtUrl): Promise<OutgoingFile> {
    return guardedFetch(text, this.#fetchDeps, ({ url, body }) => {
      if (Number(body.headers['content-length']) > this.#maxBytes) throw tooLarge(this.#maxBytes);
      const name = facts.fileName ?? nameInDisposition(body.headers['content-disposition']) ?? nameInUrl(url);
      return this.#save(body, { given: facts.mimetype, declared: body.headers['content-type'], fileName: name });
    });
  }

  async #save(content: Bytes, clues: Clues): Promise<OutgoingFile> {
    const { head, ...stored } = await this.#folder.save(content, this.#maxBytes);
    const fileName = cleanFileName(clues.fileName);
    const mimetype = chooseMimetype({ ...clues, fileName: fileName ?? undefined, head });
    return { ...stored, mimetype, fileName };
  }
}

function clues({ mimetype, fileName }: FileFacts): Clues {
  return { given: mimetype, fileName };
}
