import { createHash } from 'node:crypto';
import { chmod, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import mime from 'mime-types';
import { DownloadFailure } from '../../domain/download-failure.ts';
import { parseSessionId, type SessionId } from '../../domain/session-id.ts';
import { type Clock } from '../../kit/clock.ts';
import {
  type MediaAddress,
  type MediaFile,
  type MediaFiles,
  type MediaIndex,
  type MediaIndexEntry,
  type RemoteMedia,
} from '../../ports/media.ts';

/** The dependencies of {@link DownloadsFolder}. */
export interface DownloadsFolderDeps {
  /** `DOWNLOADS_DIR`, as configured. */
  folder: string;
  index: MediaIndex;
  clock: Clock;
}

/** Common extensions, in place of correct ones that few media players know. */
const COMMON_EXTENSIONS: Partial<Record<string, string>> = { oga: 'ogg', mpga: 'mp3' };

/** The suffix of a file that is not complete yet. */
const INCOMPLETE = '.incomplete';

/**
 * The files of messages, as `<session>/<message>.<extension>` below `DOWNLOADS_DIR`. A file is written under a temporary name
 * and renamed when it is complete; its index entry is written before that, so that no file is forgotten.
 */
export class DownloadsFolder implements MediaFiles {
  readonly #deps: DownloadsFolderDeps;

  constructor(deps: DownloadsFolderDeps) {
    this.#deps = deps;
  }

  async find(sessionId: SessionId, messageId: string): Promise<MediaFile | undefined> {
    const entry = await this.#deps.index.find({ sessionId, messageId });
    if (!entry) return undefined;
    const file = this.#fileOf(entry);
    const found = await stat(file.absolutePath).catch(() => undefined);
    return found?.isFile() && found.size === entry.size ? file : undefined;
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

  /** Removes the files that were downloaded more than `retentionMs` ago, and folders that become empty; 0 removes none. */
  async prune(retentionMs: number): Promise<void> {
    if (retentionMs === 0) return;
    const { index, clock } = this.#deps;
    for (const entry of await index.olderThan(clock.now() - retentionMs)) {
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

  #fileOf({ path, mimetype, fileName, size }: MediaIndexEntry): MediaFile {
    const configured = `${this.#deps.folder.replace(/\/+$/, '')}/${path}`;
    return { path: configured, absolutePath: this.#absolute(path), mimetype, fileName, size };
  }

  #absolute(path: string): string {
    return resolve(join(this.#deps.folder, path));
  }
}

/** What strangers send is for nobody else on this machine: an empty file of mode 0600 in a folder of mode 0700. */
async function createPrivate(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const created = await open(file, 'w', 0o600);
  await created.chmod(0o600).finally(() => created.close());
}

/** A folder that belongs to somebody else stays as it is. */
async function makePrivate(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => undefined);
}

/** The path of a file. A sender chooses the message id, so an id that could lead elsewhere is hashed. */
function pathOf({ sessionId, messageId }: MediaAddress, mimetype: string | null): string {
  return `${sessionId}/${baseName(messageId)}.${extensionOf(mimetype)}`;
}

function baseName(messageId: string): string {
  const isPlain = /^[A-Za-z0-9_-]{1,128}$/.test(messageId);
  return isPlain ? messageId : createHash('sha256').update(messageId).digest('hex');
}

function extensionOf(mimetype: string | null): string {
  const extension = mime.extension(mimetype ?? '') || 'bin';
  return COMMON_EXTENSIONS[extension] ?? extension;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
