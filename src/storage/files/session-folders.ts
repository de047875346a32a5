import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type SessionId } from '../../domain/session-id.ts';
import { type SessionFolders } from '../../ports/storage.ts';

/**
 * One folder for each session below `AUTH_DIR`. The keys are in the database; the folder is there because the
 * backend is told its path, and holds what version 3 left until it is no longer needed.
 */
export function sessionFolders(authDir: string): SessionFolders {
  // A session's id cannot be a path by its form (domain/session-id.ts).
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
