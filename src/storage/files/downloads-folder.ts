import { chmod, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DownloadFailure } from '../../domain/download-failure.ts';
import { parseSessionId, type SessionId } from '../../domain/session-id.ts';
import type { Clock } from '../../kit/clock.ts';
import type {
  MediaAddress,
  MediaFile,
  MediaIndex,
  MediaIndexEntry,
  MediaStore,
  RemoteMedia,
} from '../../ports/media.ts';
import { pathOf } from './file-path.ts';
import { openFile } from './open-file.ts';
import { createPrivate } from './private-file.ts';

/** The dependencies of {@link DownloadsFolder}. */
export interface DownloadsFolderDeps {
  /** `DOWNLOADS_DIR`, as configured. */
  folder: string;
  index: MediaIndex;
  clock: Clock;
}

/** The suffix of a file that is not complete yet. */
const INCOMPLETE = '.incomplete';

/**
 * The files of messages, as `<session>/<message>.<extension>` below `DOWNLOADS_DIR`. A file is written under a temporary name
 * and renamed when it is complete; its index entry is written before that, so that no file is forgotten.
 */
export class DownloadsFolder implements MediaStore {
  /** A disk that fails is reported with the database, which is on one too. */
  readonly problem = null;
  readonly #deps: DownloadsFolderDeps;

  constructor(deps: DownloadsFolderDeps) {
    this.#deps = deps;
  }

  async find(sessionId: SessionId, messageId: string): Promise<MediaFile | undefined> {
    const entry = await this.#deps.index.find({ sessionId, messageId });
    if (!entry) return undefined;
    const found = await stat(this.#absolute(entry.path)).catch(() => undefined);
    return found?.isFile() && found.size === entry.size ? this.#fileOf(entry) : undefined;
  }

  async save(address: MediaAddress, media: RemoteMedia, signal: AbortSignal): Promise<MediaFile> {
    const { mimetype, fileName } = media;
    const path = pathOf(address, mimetype);
    const absolutePath = this.#absolute(path);
    const incomplete = absolutePath + INCOMPLETE;
    try {
      await createPrivate(incomplete);
      const size = await media.saveTo(incomplete, signal);
      const entry = { ...address, path, mimetype, fileName, size, createdAtMs: this.#deps.clock.now() };
      await this.#deps.index.put(entry);
      await rename(incomplete, absolutePath);
      return this.#fileOf(entry);
    } catch (error) {
      await rm(incomplete, { force: true }).catch(() => undefined);
      throw error instanceof DownloadFailure ? error : new DownloadFailure('disk', error);
    }
  }

  /** Removes folders that become empty, too. */
  async prune(retentionMs: number, signal: AbortSignal): Promise<void> {
    if (retentionMs === 0) return;
    const { index, clock } = this.#deps;
    for (const entry of await index.olderThan(clock.now() - retentionMs)) {
      if (signal.aborted) return;
      const path = this.#absolute(entry.path);
      await rm(path, { force: true });
      await index.remove(entry);
      // Fails as long as the folder is not empty.
      await rmdir(dirname(path)).catch(() => undefined);
    }
  }

  /**
   * Removes what an earlier process left incomplete, and takes the folders of an earlier version for their owner only. Call it
   * before the first download.
   */
  async removeIncomplete(): Promise<void> {
    for (const folder of await namesIn(this.#deps.folder)) {
      if (parseSessionId(folder) === undefined) continue;
      await makePrivate(this.#absolute(folder));
      const names = await namesIn(this.#absolute(folder));
      const leftovers = names.filter((name) => name.endsWith(INCOMPLETE));
      await Promise.all(leftovers.map((name) => rm(this.#absolute(`${folder}/${name}`), { force: true })));
    }
  }

  /** Nothing is open between two calls. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
  }

  #fileOf({ path, mimetype, fileName, size }: MediaIndexEntry): MediaFile {
    const configured = `${this.#deps.folder.replace(/\/+$/, '')}/${path}`;
    const open: MediaFile['open'] = (range) => openFile(this.#absolute(path), range ?? { start: 0, end: size - 1 });
    return { path: configured, mimetype, fileName, size, open };
  }

  #absolute(path: string): string {
    return resolve(join(this.#deps.folder, path));
  }
}

/** A folder that belongs to somebody else stays as it is. */
async function makePrivate(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => undefined);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
