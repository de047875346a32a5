import { type Clock, wait } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import { Supervisor } from '../../kit/supervisor.ts';
import type { FetchedMedia, HeldCallback, HeldCallbacks } from '../../ports/callbacks.ts';
import { type DownloadError, DownloadFailure } from '../../domain/download-failure.ts';
import { AppError, type ErrorCode, SessionLostError } from '../../domain/errors.ts';
import type { MediaAddress, MediaFile, MediaFiles, MediaSource } from '../../ports/media.ts';
import type { IncomingMessage } from '../../domain/message.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { DownloadSetting } from './download-setting.ts';

/** How long a webhook waits for its file at most. */
export const HOLD_MS = 30_000;
/** How long of that it waits for the phone, when WhatsApp no longer has the file; everything behind it waits too. */
const PHONE_MS = 2_000;
/** How long a request for a file waits; the download goes on. */
const PATIENCE_MS = 60_000;

/** Dependencies of a {@link MediaDownloader}. */
export interface MediaDownloaderDeps {
  source: MediaSource;
  files: MediaFiles;
  held: HeldCallbacks;
  setting: Pick<DownloadSetting, 'downloadMedia'>;
  metrics: Pick<Metrics, 'downloaded'>;
  clock: Clock;
  log: Logger;
}

/** A running download. */
interface Job {
  sessionId: SessionId;
  file: Promise<MediaFile>;
  /** Resolves when WhatsApp no longer has the file, and the phone is asked for it. */
  gone: Promise<undefined>;
  controller: AbortController;
}

/**
 * Downloads the files of messages: by itself when a message arrives and `DOWNLOAD_MEDIA` is on, and on request. A file is
 * downloaded once, however many ask for it. The webhook of a message with a file is stored before the download begins, and
 * waits for it {@link HOLD_MS} at most, and {@link PHONE_MS} for the phone; then it is sent without, and the file is available at its `url` later.
 */
export class MediaDownloader implements AsyncDisposable {
  readonly #deps: MediaDownloaderDeps;
  readonly #jobs = new Map<string, Job>();
  /** What webhooks wait for, with their sessions. */
  readonly #deliveries = new Map<Promise<void>, SessionId>();
  readonly #supervisor: Supervisor;

  constructor(deps: MediaDownloaderDeps) {
    this.#deps = deps;
    this.#supervisor = new Supervisor(deps.log);
  }

  /** Whether the webhook of this message waits for its file. */
  wants({ content }: IncomingMessage): boolean {
    return content.hasFile && this.#deps.setting.downloadMedia();
  }

  /** Downloads the file that this webhook waits for, then releases the webhook. */
  begin(callback: HeldCallback): void {
    const delivery = this.#deliver(callback).finally(() => this.#deliveries.delete(delivery));
    this.#deliveries.set(delivery, callback.sessionId);
    this.#supervisor.run('a download', delivery);
  }

  /**
   * Resumes downloads of an earlier process that webhooks still wait for: of these sessions, which may become less meanwhile, or
   * of all.
   */
  async resume(among?: ReadonlySet<SessionId>): Promise<void> {
    for (const callback of await this.#deps.held.all()) {
      if (among?.has(callback.sessionId) ?? true) this.begin(callback);
    }
  }

  /** A session leaves this process: aborts its downloads. Webhooks that wait for them stay as they are, for the next one. */
  async leave(sessionId: SessionId): Promise<void> {
    const own = [...this.#jobs.values()].filter((job) => job.sessionId === sessionId);
    for (const { controller } of own) controller.abort(new SessionLostError());
    const deliveries = [...this.#deliveries].flatMap(([delivery, id]) => (id === sessionId ? delivery : []));
    await Promise.allSettled([...own.map(({ file }) => file), ...deliveries]);
  }

  /**
   * The file of a message if it is stored, even if its session is gone.
   * @throws AppError `media_store_unavailable`
   */
  stored(sessionId: SessionId, messageId: string): Promise<MediaFile | undefined> {
    return this.#deps.files.find(sessionId, messageId);
  }

  /**
   * The file of a message, downloaded if needed.
   * @throws AppError `message_not_found`, `media_not_available`, `media_expired`, `media_too_large`, `media_not_fetched`,
   *   `whatsapp_timeout` (also for a download that takes long), `storage_unavailable`, `media_store_unavailable`;
   *   SessionLostError
   */
  async fetched(sessionId: SessionId, messageId: string): Promise<MediaFile> {
    const { file: fetched, controller } = this.#fetch(sessionId, messageId);
    try {
      const file = await Promise.race([fetched, wait(this.#deps.clock, PATIENCE_MS)]);
      if (file) return file;
    } catch (error) {
      if (controller.signal.reason instanceof SessionLostError) throw controller.signal.reason;
      throw error instanceof DownloadFailure ? refusal(error) : error;
    }
    throw new AppError('whatsapp_timeout', { message: 'The file is still being downloaded; try again.' });
  }

  /** Aborts the downloads. Webhooks that wait for them stay as they are, for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { controller } of this.#jobs.values()) controller.abort();
    await this.#supervisor.idle();
  }

  async #deliver({ sessionId, messageId, webhookId }: HeldCallback): Promise<void> {
    const job = this.#fetch(sessionId, messageId);
    const media = await this.#outcome(job, messageId);
    // Aborted because the process ends, or the session leaves it: whoever has it next downloads the file.
    if (!job.controller.signal.aborted) await this.#deps.held.release(webhookId, media);
  }

  async #outcome(job: Job, messageId: string): Promise<FetchedMedia> {
    const { log } = this.#deps;
    const { sessionId, controller } = job;
    try {
      const { path, size } = await Promise.race([job.file, this.#phoneTooLate(job)]);
      log.info({ sessionId, messageId, size }, `[${sessionId}] media downloaded`);
      return { path, download_error: null };
    } catch (error) {
      const why = reasonFor(error);
      if (!controller.signal.aborted) {
        log.warn({ err: error, sessionId, messageId, why }, `[${sessionId}] media not downloaded`);
      }
      return { path: null, download_error: why };
    }
  }

  /** Rejects when the phone has had its time to upload the file again. The download goes on. */
  async #phoneTooLate({ gone }: Job): Promise<never> {
    await gone;
    await wait(this.#deps.clock, PHONE_MS);
    throw new DownloadFailure('expired');
  }

  #fetch(sessionId: SessionId, messageId: string): Job {
    const key = `${sessionId} ${messageId}`;
    const running = this.#jobs.get(key);
    if (running && !running.controller.signal.aborted) return running;
    const controller = new AbortController();
    const gone = Promise.withResolvers<undefined>();
    const save = () => this.#save({ sessionId, messageId }, controller.signal, () => gone.resolve(undefined));
    // The session was given up, and is back: both downloads would write the same file.
    const saving = running ? running.file.then(save, save) : save();
    const file = saving.finally(() => {
      if (this.#jobs.get(key) === job) this.#jobs.delete(key);
    });
    const job: Job = { sessionId, file, gone: gone.promise, controller };
    this.#jobs.set(key, job);
    const { metrics } = this.#deps;
    file.then(
      () => metrics.downloaded('ok'),
      () => metrics.downloaded('failed'),
    );
    // The caller may be gone; shutdown still waits for it.
    this.#supervisor.run('a download', Promise.allSettled([file]));
    return job;
  }

  async #save(address: MediaAddress, signal: AbortSignal, gone: () => void): Promise<MediaFile> {
    const { files, source } = this.#deps;
    const { sessionId, messageId } = address;
    const stored = await files.find(sessionId, messageId);
    if (stored) return stored;
    const media = await source.find(sessionId, messageId, gone);
    if (!media) throw new AppError('message_not_found');
    return files.save(address, media, signal);
  }
}

/** The reason of a failure, as a webhook reports it: a storage that fails counts as the disk. */
function reasonFor(error: unknown): DownloadError {
  if (error instanceof DownloadFailure) return error.reason;
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

function refusal({ reason, message, cause }: DownloadFailure): AppError {
  return new AppError(REFUSALS[reason], { message, cause });
}
