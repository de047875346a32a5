import { type Clock, wait } from '../../kit/clock.ts';
import { type Logger } from '../../kit/logger.ts';
import { Supervisor } from '../../kit/supervisor.ts';
import { type FetchedMedia, type HeldCallback, type HeldCallbacks } from '../../ports/callbacks.ts';
import { type DownloadError, DownloadFailure } from '../../domain/download-failure.ts';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import { type MediaFile, type MediaFiles, type MediaSource } from '../../ports/media.ts';
import { type IncomingMessage } from '../../domain/message.ts';
import { type Metrics } from '../../ports/metrics.ts';
import { type SessionId } from '../../domain/session-id.ts';
import { type DownloadSetting } from './download-setting.ts';

/** How long a callback waits for its file at most. */
export const HOLD_MS = 30_000;
/** How long somebody who asks for a file waits; the download goes on. */
const PATIENCE_MS = 60_000;

/** What a keeper is made of. */
export interface MediaDownloaderDeps {
  source: MediaSource;
  files: MediaFiles;
  held: HeldCallbacks;
  setting: Pick<DownloadSetting, 'downloadMedia'>;
  metrics: Pick<Metrics, 'downloaded'>;
  clock: Clock;
  log: Logger;
}

/** A download that is going on. */
interface Job {
  file: Promise<MediaFile>;
  controller: AbortController;
}

/**
 * Has the files of messages fetched: by itself when a message comes and `DOWNLOAD_MEDIA` is on, and when somebody asks for
 * one. A file is fetched once, however many want it. The callback of a message that has one is stored before the download
 * begins, and waits for it {@link HOLD_MS} at most; then it goes without, and the file is at its `url` when it comes.
 */
export class MediaDownloader implements AsyncDisposable {
  readonly #deps: MediaDownloaderDeps;
  readonly #jobs = new Map<string, Job>();
  readonly #supervisor: Supervisor;
  #isStopping = false;

  constructor(deps: MediaDownloaderDeps) {
    this.#deps = deps;
    this.#supervisor = new Supervisor(deps.log);
  }

  /** Whether the callback of this message is to wait for its file. */
  wants({ content }: IncomingMessage): boolean {
    return content.hasFile && this.#deps.setting.downloadMedia();
  }

  /** Fetches the file that this callback waits for, and lets the callback go. */
  begin(callback: HeldCallback): void {
    this.#supervisor.run('a download', this.#deliver(callback));
  }

  /** Goes on with what an earlier process had begun and callbacks still wait for. */
  async resume(): Promise<void> {
    for (const callback of await this.#deps.held.all()) this.begin(callback);
  }

  /** The file of a message when it is on the disk, whether its session is still there or not. */
  stored(sessionId: SessionId, messageId: string): Promise<MediaFile | undefined> {
    return this.#deps.files.find(sessionId, messageId);
  }

  /**
   * The file of a message, fetched where need be.
   * @throws AppError `message_not_found`, `media_not_available`, `media_expired`, `media_too_large`, `media_not_fetched`,
   *   `whatsapp_timeout` also when it takes long, `storage_unavailable`
   */
  async fetched(sessionId: SessionId, messageId: string): Promise<MediaFile> {
    try {
      const file = await Promise.race([this.#fetch(sessionId, messageId), wait(this.#deps.clock, PATIENCE_MS)]);
      if (file) return file;
    } catch (error) {
      throw error instanceof DownloadFailure ? refusal(error) : error;
    }
    throw new AppError('whatsapp_timeout', { message: 'The file is still being fetched; try again.' });
  }

  /** Ends the downloads. The callbacks that wait for them stay as they are, for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    for (const { controller } of this.#jobs.values()) controller.abort();
    await this.#supervisor.idle();
  }

  async #deliver({ sessionId, messageId, webhookId }: HeldCallback): Promise<void> {
    const media = await this.#outcome(sessionId, messageId);
    if (!this.#isStopping) await this.#deps.held.release(webhookId, media);
  }

  async #outcome(sessionId: SessionId, messageId: string): Promise<FetchedMedia> {
    const { log } = this.#deps;
    try {
      const { path, size } = await this.#fetch(sessionId, messageId);
      log.info({ sessionId, messageId, size }, `[${sessionId}] media downloaded`);
      return { path, download_error: null };
    } catch (error) {
      const why = wordFor(error);
      log.warn({ err: error, sessionId, messageId, why }, `[${sessionId}] media not downloaded`);
      return { path: null, download_error: why };
    }
  }

  #fetch(sessionId: SessionId, messageId: string): Promise<MediaFile> {
    const key = `${sessionId} ${messageId}`;
    const running = this.#jobs.get(key);
    if (running) return running.file;
    const controller = new AbortController();
    const file = this.#save(sessionId, messageId, controller.signal).finally(() => this.#jobs.delete(key));
    this.#jobs.set(key, { file, controller });
    const { metrics } = this.#deps;
    file.then(
      () => metrics.downloaded('ok'),
      () => metrics.downloaded('failed'),
    );
    // Whoever asked may have gone; the end waits for it all the same.
    this.#supervisor.run('a download', Promise.allSettled([file]));
    return file;
  }

  async #save(sessionId: SessionId, messageId: string, signal: AbortSignal): Promise<MediaFile> {
    const { files, source } = this.#deps;
    const stored = await files.find(sessionId, messageId);
    if (stored) return stored;
    const media = await source.find(sessionId, messageId);
    if (!media) throw new AppError('message_not_found');
    return files.save({ sessionId, messageId }, media, signal);
  }
}

/** What a callback says of a failure: a storage that fails is the disk too. */
function wordFor(error: unknown): DownloadError {
  if (error instanceof DownloadFailure) return error.word;
  return error instanceof AppError && error.code === 'message_not_found' ? 'unsupported' : 'disk';
}

const REFUSALS: Record<DownloadError, ErrorCode> = {
  too_large: 'media_too_large',
  expired: 'media_expired',
  network: 'media_not_fetched',
  corrupt: 'media_not_fetched',
  timeout: 'whatsapp_timeout',
  unsupported: 'media_not_available',
  disk: 'storage_unavailable',
};

function refusal({ word, message, cause }: DownloadFailure): AppError {
  return new AppError(REFUSALS[word], { message, cause });
}
