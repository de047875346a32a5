import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { parseSessionId } from '../../domain/session-id.ts';
import { describeFailure } from '../../kit/failure.ts';
import { type CopiedFiles, copyFolder, copyPrivate, syncToDisk } from '../../storage/files/copy-folder.ts';
import { StorageInUseError } from '../../storage/shared/errors.ts';
import { type BackupContents, copyStopped, verifyBackup } from '../../storage/sqlite/backup-file.ts';
import { FILE_NAME } from '../../storage/sqlite/open-database.ts';
import { callServer, CommandError } from '../server-client.ts';

/** What a backup has. */
export interface Backup extends BackupContents {
  /** Of the database. */
  bytes: number;
  /** Whether a server was using the database. */
  wasRunning: boolean;
  /** `undefined` when they were left out. */
  downloads: CopiedFiles | undefined;
}

/** How a backup is made. */
export interface BackupOptions {
  /** The folder that it becomes; must not exist yet. */
  target: string;
  withDownloads: boolean;
  /** What `RESTORE.txt` says. */
  restoring: (backup: Backup) => string;
}

/** The folders of a backup. */
export const FOLDERS = { authDir: 'auth_sessions', downloadsDir: 'downloads' } as const;
const INSTRUCTIONS = 'RESTORE.txt';
/** A download that is not complete. */
const INCOMPLETE = /\.incomplete$|^\./;

/**
 * Writes a backup under a temporary name, verifies it, and gives it its name once everything is on disk: a folder of this name is complete.
 * @throws CommandError, NoAnswerError, RefusedError, StorageUnreadableError
 */
export async function writeBackup(config: Config, options: BackupOptions): Promise<Backup> {
  const { target, withDownloads, restoring } = options;
  const partial = `${target}.partial`;
  await createPartial(target, partial);
  try {
    const auth = join(partial, FOLDERS.authDir);
    await mkdir(auth, { mode: 0o700 });
    const file = join(auth, FILE_NAME);
    const wasRunning = await copyDatabase(config, file);
    const contents = verifyBackup(file);
    await copySessionFolders(config.sessions.authDir, auth);
    const downloads = withDownloads
      ? await copyFolder(
          config.media.downloadsDir,
          join(partial, FOLDERS.downloadsDir),
          (name) => !INCOMPLETE.test(name),
        )
      : undefined;
    const backup = { ...contents, bytes: (await stat(file)).size, wasRunning, downloads };
    await writeFile(join(partial, INSTRUCTIONS), restoring(backup), { mode: 0o600, flush: true });
    for (const folder of [auth, partial]) await syncToDisk(folder);
    await rename(partial, target);
    await syncToDisk(dirname(target));
    return backup;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function createPartial(target: string, partial: string): Promise<void> {
  if (await stat(target).catch(() => undefined)) {
    throw new CommandError(`${target} exists already: a backup is never written over anything.`);
  }
  try {
    await mkdir(partial, { mode: 0o700 });
  } catch (cause) {
    const { code = '' } = describeFailure(cause);
    if (code === 'EEXIST')
      throw new CommandError(`${partial} is of a backup that is running, or was interrupted: then remove it.`);
    if (code === 'ENOENT')
      throw new CommandError(`The folder ${dirname(target)} does not exist (is its disk mounted?).`);
    throw new CommandError(`${partial} cannot be created (${code}).`, { cause });
  }
}

/** Returns whether a server is using the database; then that makes the copy. */
async function copyDatabase(config: Config, file: string): Promise<boolean> {
  const { authDir } = config.sessions;
  try {
    await copyStopped(authDir, file);
    return false;
  } catch (error) {
    if (!(error instanceof StorageInUseError)) throw error;
  }
  const copy = join(authDir, await copyOfServer(config));
  try {
    await copyPrivate(copy, file);
  } catch (cause) {
    throw new CommandError(
      `The server that answers at HOST and PORT made a copy, but it cannot be read in ${authDir} (${describeFailure(cause).code ?? 'unknown'}): run this on its machine, as its user, with its settings.`,
      { cause },
    );
  } finally {
    await rm(copy, { force: true });
  }
  return true;
}

const answer = z.object({ file: z.string() });

async function copyOfServer(config: Config): Promise<string> {
  const { file } = answer.parse(await callServer(config, { method: 'POST', path: '/config/backup' }));
  return basename(file);
}

async function copySessionFolders(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (!entry.isDirectory() || parseSessionId(entry.name) === undefined) continue;
    await copyFolder(join(from, entry.name), join(to, entry.name));
  }
}
