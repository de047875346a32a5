import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import mime from 'mime-types';
import { type Clock } from '../../kit/clock.ts';
import { DownloadFailure } from '../../domain/download-failure.ts';
import { type MediaAddress, type MediaFile, type MediaFiles, type RemoteMedia } from '../../ports/media.ts';
import { parseSessionId, type SessionId } from '../../domain/session-id.ts';
import { type MediaRow, type SqliteMediaRows } from '../sqlite/admin/media-rows.ts';

/** What a folder of downloads is made of. */
export interface DownloadsFolderDeps {
  /** `DOWNLOADS_DIR`, as it was configured. */
  folder: string;
  rows: Pick<SqliteMediaRows, 'find' | 'put' | 'olderThan' | 'remove'>;
  clock: Clock;
}

/** Extensions that people and their players know, in place of those that are right too. */
const USUAL: Partial<Record<string, string>> = { oga: 'ogg', mpga: 'mp3' };

/** At the end of the name of a file that is not whole yet. */
const INCOMPLETE = '.incomplete';

/**
 * The files of messages as `<session>/<message>.<extension>` below `DOWNLOADS_DIR`. A file is written under another name and
 * gets its own when all of it is on the disk; its row is there first, so that no file is forgotten.
 */
export class DownloadsFolder implements MediaFiles {
  readonly #deps: DownloadsFolderDeps;

  constructor(deps: DownloadsFolderDeps) {
    this.#deps = deps;
  }

  async find(sessionId: SessionId, messageId: string): Promise<MediaFile | undefined> {
    const row = await this.#deps.rows.find({ sessionId, messageId });
    if (!row) return undefined;
    const file = this.#fileOf(row);
    const found = await stat(file.absolutePath).catch(() => undefined);
    return found?.isFile() && found.size === row.size ? file : undefined;
  }

  async save(address: MediaAddress, media: RemoteMedia, signal: AbortSignal): Promise<MediaFile> {
    const { mimetype, fileName } = media;
    const path = pathOf(address, mimetype);
    const absolutePath = this.#absolute(path);
    const incomplete = absolutePath + INCOMPLETE;
    try {
      await mkdir(dirname(absolutePath), { recursive: true });
      const size = await media.saveTo(incomplete, signal);
      const row = { ...address, path, mimetype, fileName, size, createdAtMs: this.#deps.clock.now() };
      await this.#deps.rows.put(row);
      await rename(incomplete, absolutePath);
      return this.#fileOf(row);
    } catch (error) {
      await rm(incomplete, { force: true }).catch(() => undefined);
      throw error instanceof DownloadFailure ? error : new DownloadFailure('disk', error);
    }
  }

  /** Removes the files that were fetched longer than `keptMs` ago, and the folders that are empty then; with 0 none. */
  async prune(keptMs: number): Promise<void> {
    if (keptMs === 0) return;
    const { rows, clock } = this.#deps;
    for (const row of await rows.olderThan(clock.now() - keptMs)) {
      const path = this.#absolute(row.path);
      await rm(path, { force: true });
      await rows.remove(row);
      // Refused for as long as there is something in it.
      await rmdir(dirname(path)).catch(() => undefined);
    }
  }

  /** Removes what an earlier process left incomplete. To be called before the first download. */
  async removeIncomplete(): Promise<void> {
    for (const folder of await namesIn(this.#deps.folder)) {
      if (parseSessionId(folder) === undefined) continue;
      const names = await namesIn(this.#absolute(folder));
      const left = names.filter((name) => name.endsWith(INCOMPLETE));
      await Promise.all(left.map((name) => rm(this.#absolute(`${folder}/${name}`), { force: true })));
    }
  }

  #fileOf({ path, mimetype, fileName, size }: MediaRow): MediaFile {
    const told = `${this.#deps.folder.replace(/\/+$/, '')}/${path}`;
    return { path: told, absolutePath: this.#absolute(path), mimetype, fileName, size };
  }

  #absolute(path: string): string {
    return resolve(join(this.#deps.folder, path));
  }
}

/** Nothing of it is the sender's word but what cannot be a path. */
function pathOf({ sessionId, messageId }: MediaAddress, mimetype: string | null): string {
  return `${sessionId}/${baseName(messageId)}.${extensionOf(mimetype)}`;
}

function baseName(messageId: string): string {
  const isPlain = /^[A-Za-z0-9_-]{1,128}$/.test(messageId);
  return isPlain ? messageId : createHash('sha256').update(messageId).digest('hex');
}

function extensionOf(mimetype: string | null): string {
  const known = mime.extension(mimetype ?? '') || 'bin';
  return USUAL[known] ?? known;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
