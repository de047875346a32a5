import type { SessionId } from '../../../domain/session-id.ts';

/** What a count is about: the rows of a session after `sinceMs`, but none that a clock which was set back has put into the future. */
export interface Period {
  sessionId: SessionId;
  sinceMs: number;
  nowMs: number;
}

/** The condition for the rows of a {@link Period}. */
export const IN_PERIOD = 'session_id = @sessionId AND created_at_ms > @sinceMs AND created_at_ms <= @nowMs';
