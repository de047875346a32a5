import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionId } from '../../domain/session-id.ts';
import type { SessionFolders } from '../../ports/storage.ts';

/**
 * One folder for each session below `AUTH_DIR`. The keys are in the database; the folder exists because the backend receives
 * its path, and holds the files of version 3 until they are no longer needed.
 */
export function sessionFolders(authDir: string): SessionFolders {
  // The form of a session id (domain/session-id.ts) permits no path, so this cannot lead elsewhere.
  const pathOf = (sessionId: SessionId) => join(authDir, sessionId);
  return {
    create: async (sessionId) => {
      await mkdir(pathOf(sessionId), { recursive: true, mode: 0o700 });
    },
    discardVersion3: async (sessionId) => {
      const folder = pathOf(sessionId);
      const names = await readdir(folder).catch(() => []);
      await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => rm(join(folder, name))));
    },
    remove: (sessionId) => rm(pathOf(sessionId), { recursive: true, force: true }),
  };
}
