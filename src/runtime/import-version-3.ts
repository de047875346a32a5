import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSessionId, type SessionId } from '../domain/session-id.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { SignalKeyStore } from '../ports/signal.ts';
import type { SessionStore } from '../ports/storage.ts';
import { readVersion3, type Version3Credentials } from '../whatsapp/pairing/import-version-3.ts';

/** Dependencies of {@link importVersion3}. */
export interface ImportVersion3Deps {
  authDir: string;
  sessions: SessionStore;
  keys: SignalKeyStore;
  clock: Clock;
  log: Logger;
}

/**
 * Imports the sessions of version 3: every folder of Baileys' multi-file credentials below `AUTH_DIR` that is not a session
 * yet. They come back without a new scan; the files stay until the first login with them has worked. A folder that cannot be
 * read is left alone, with a warning.
 */
export async function importVersion3(deps: ImportVersion3Deps): Promise<void> {
  const known = new Set((await deps.sessions.all()).map(({ sessionId }) => sessionId));
  const entries = await readdir(deps.authDir, { withFileTypes: true });
  for (const entry of entries) {
    const sessionId = entry.isDirectory() ? parseSessionId(entry.name) : undefined;
    if (sessionId && !known.has(sessionId)) await importFolder(deps, sessionId);
  }
}

async function importFolder(deps: ImportVersion3Deps, sessionId: SessionId): Promise<void> {
  const { authDir, log } = deps;
  try {
    const found = await readVersion3(join(authDir, sessionId));
    if (!found) return;
    await store(deps, sessionId, found);
    log.info({ sessionId, keys: found.keys.length }, `[${sessionId}] imported from version 3`);
  } catch (error) {
    log.warn({ err: error, sessionId }, `[${sessionId}] this folder of version 3 cannot be read and is left alone`);
  }
}

/** The keys come first: a session that is stored is complete. */
async function store(
  { sessions, keys, clock }: ImportVersion3Deps,
  id: SessionId,
  found: Version3Credentials,
): Promise<void> {
  await keys.saveCredentials(id, found.credentials);
  await keys.set(id, found.keys);
  const now = clock.now();
  const record = {
    sessionId: id,
    phase: 'lost' as const,
    identity: found.identity,
    // The backend knows it from version 3: its return is a status update.
    announced: true,
    errorMessage: null,
    lastSeenMs: null,
    retryAtMs: null,
    restrictedUntilMs: null,
    passkey: null,
    createdAtMs: now,
    updatedAtMs: now,
  };
  await sessions.commit(record, []);
}
