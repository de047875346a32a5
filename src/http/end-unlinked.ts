import { AppError } from '../domain/errors.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { SessionRecord } from '../domain/session.ts';
import type { SessionsApi } from './core.ts';

/**
 * Removes a session to which no account has been linked; others stay, also when they are gone already. Only the node that has the
 * session can.
 */
export async function endUnlinked(sessions: Pick<SessionsApi, 'view' | 'remove'>, sessionId: SessionId): Promise<void> {
  try {
    if (isUnlinked(await sessions.view(sessionId))) await sessions.remove(sessionId);
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'session_not_found')) throw error;
  }
}

function isUnlinked({ phase, identity }: SessionRecord): boolean {
  return phase !== 'linking' && identity === null;
}
