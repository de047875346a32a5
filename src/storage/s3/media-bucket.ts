import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DownloadFailure } from '../../domain/download-failure.ts';
import { AppError } from '../../domain/errors.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { type Clock, wait } from '../../kit/clock.ts';
import { Semaphore } from '../../kit/semaphore.ts';
import type {
  MediaAddress,
  MediaFile,
  MediaIndex,
  MediaIndexEntry,
  MediaStore,
  RemoteMedia,
} from '../../ports/media.ts';
import { pathOf } from '../files/file-path.ts';
import { createPrivate } from '../files/private-file.ts';
import type { Bucket } from './bucket.ts';
import { isAboutObject, isRefusal } from './failures.ts';
import type { StoreHealth } from './store-health.ts';

/** How often a file is uploaded in all, and the pause after the first failure; the next one is twice as long. */
const ATTEMPTS = 3;
const PAUSE_MS = 500;
/** How many files are uploaded at once, and how many are removed. */
const AT_ONCE = 8;

const FAILS =
  'The store of media files (MEDIA_S3_BUCKET) does not answer or refuses requests: messages arrive without their files.';

/** The dependencies of {@link MediaBucket}. */
export interface MediaBucketDeps {
  bucket: Bucket;
  /** Disposed of with the bucket. */
  health: StoreHealth;
  index: MediaIndex;
  folder: MediaFolder;
  /** What the name of a temporary folder begins with, as an absolute path. */
  temporary: string;
  clock: Clock;
  /** Closes the connections. */
  close: () => void;
}

/** What precedes `<session>/<message>.<extension>` in a key. Both end with a slash. */
interface MediaFolder {
  /** Not part of the path that a backend receives; may be empty. */
  prefix: string;
  /** `downloads/`. */
  name: string;
}

/**
 * The files of messages in a bucket. A file is downloaded to a temporary folder, verified, and uploaded; its index entry is
 * written after that. While the store is known to fail, nothing is downloaded that could not be kept.
 */
export class MediaBucket implements MediaStore {
  readonly #deps: MediaBucketDeps;
  readonly #uploads = new Semaphore(AT_ONCE);

  constructor(deps: MediaBucketDeps) {
    this.#deps = deps;
  }

  get problem(): string | null {
    return this.#deps.health.hasFailed ? FAILS : null;
  }

  async find(sessionId: SessionId, messageId: string): Promise<MediaFile | undefined> {
    const { bucket, index } = this.#deps;
    const entry = await index.find({ sessionId, messageId });
    if (!entry) return undefined;
    const size = await this.#ask(() => bucket.sizeOf(this.#keyOf(entry)));
    return size === entry.size ? this.#fileOf(entry) : undefined;
  }

  async save(address: MediaAddress, media: RemoteMedia, signal: AbortSignal): Promise<MediaFile> {
    this.#refuseIfAway();
    const folder = await mkdtemp(this.#deps.temporary).catch((error: unknown) => {
      throw new DownloadFailure('disk', error);
    });
    try {
      return await this.#keep(address, media, { path: join(folder, 'file'), signal });
    } catch (error) {
      throw isTold(error) ? error : new DownloadFailure('disk', error);
    } finally {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  async prune(retentionMs: number, signal: AbortSignal): Promise<void> {
    if (retentionMs === 0) return;
    const { index, clock } = this.#deps;
    const old = await index.olderThan(clock.now() - retentionMs);
    for (let at = 0; at < old.length && !signal.aborted; at += AT_ONCE) {
      await Promise.all(old.slice(at, at + AT_ONCE).map((entry) => this.#remove(entry)));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#deps.health[Symbol.asyncDispose]();
    this.#deps.close();
  }

  async #keep(
    address: MediaAddress,
    media: RemoteMedia,
    { path: temporary, signal }: { path: string; signal: AbortSignal },
  ): Promise<MediaFile> {
    const { index, clock } = this.#deps;
    await createPrivate(temporary);
    const size = await media.saveTo(temporary, signal);
    const { mimetype, fileName } = media;
    const place = { ...address, path: pathOf(address, mimetype) };
    await this.#uploads.run(() => this.#upload(place, { path: temporary, size }, signal));
    const entry = { ...place, mimetype, fileName, size, createdAtMs: clock.now() };
    try {
      await index.put(entry);
    } catch (error) {
      // Nobody would ever remove it.
      await this.#deps.bucket.remove(this.#keyOf(entry)).catch(() => undefined);
      throw error;
    }
    return this.#fileOf(entry);
  }

  async #upload(
    place: Pick<MediaIndexEntry, 'path'>,
    file: { path: string; size: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { bucket, clock } = this.#deps;
    // The others found out while this one was waiting for its turn.
    this.#refuseIfAway();
    await this.#ask(async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await bucket.put(this.#keyOf(place), file, signal);
          return;
        } catch (error) {
          if (signal.aborted) throw new DownloadFailure('network', error);
          if (attempt === ATTEMPTS || isRefusal(error)) throw error;
        }
        await wait(clock, PAUSE_MS * attempt);
      }
    });
  }

  async #remove(entry: MediaIndexEntry): Promise<void> {
    await this.#ask(() => this.#deps.bucket.remove(this.#keyOf(entry)));
    await this.#deps.index.remove(entry);
  }

  /** Every failure of the store is noted, and all have one name. */
  async #ask<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DownloadFailure) throw error;
      if (!isAboutObject(error)) this.#deps.health.failed(error);
      throw new AppError('media_store_unavailable', { cause: error });
    }
  }

  #refuseIfAway(): void {
    if (this.#deps.health.hasFailed) throw new AppError('media_store_unavailable');
  }

  #keyOf({ path }: Pick<MediaIndexEntry, 'path'>): string {
    const { prefix, name } = this.#deps.folder;
    return `${prefix}${name}${path}`;
  }

  #fileOf(entry: MediaIndexEntry): MediaFile {
    const { path, mimetype, fileName, size } = entry;
    const open: MediaFile['open'] = (range) => this.#ask(() => this.#deps.bucket.open(this.#keyOf(entry), size, range));
    return { path: `${this.#deps.folder.name}${path}`, mimetype, fileName, size, open };
  }
}

/** Whether a failure has its name already. */
function isTold(error: unknown): boolean {
  return error instanceof DownloadFailure || (error instanceof AppError && error.code === 'media_store_unavailable');
}
