import { SessionLostError } from '../domain/errors.ts';
import type { SessionId } from '../domain/session-id.ts';
import { describeFailure } from '../kit/failure.ts';
import type { SessionDeps } from './session-deps.ts';

/**
 * What the closing connection of a removed session has still stored goes, too. The session is gone in any case; where nobody owns it,
 * nothing was stored.
 */
export async function forgetKeys(
  sessionId: SessionId,
  { connector, log }: Pick<SessionDeps, 'connector' | 'log'>,
): Promise<void> {
  try {
    await connector.forget(sessionId);
  } catch (error) {
    if (error instanceof SessionLostError) return;
    log.warn({ sessionId, failure: describeFailure(error) }, `[${sessionId}] keys of a removed session may be left`);
  }
}
