import { type SessionId } from '../domain/session-id.ts';
import { type SessionRecord } from '../domain/session.ts';
import { type SessionsApi } from './core.ts';

/** Removes a session to which no account has been linked; others stay, also when they are gone already. */
export async function endUnlinked(sessions: Pick<SessionsApi, 'list' | 'remove'>, sessionId: SessionId): Promise<void> {
  const isUnlinked = (record: SessionRecord): boolean =>
    record.sessionId === sessionId && record.phase !== 'linking' && record.identity === null;
  if ((await sessions.list()).some(isUnlinked)) await sessions.remove(sessionId);
}
