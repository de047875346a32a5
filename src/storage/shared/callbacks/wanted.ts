import type { SessionId } from '../../../domain/session-id.ts';
import type { Subscription } from '../../../domain/subscription.ts';

/** WhatsApp offers no code for longer: an older QR is worth nothing. */
export const QR_LIFE_MS = 180_000;

/** A subscription that has passed so many events that it does not want stores that it has. */
export const WORTH_STORING = 100;

/** Whether the subscription receives anything of this session. */
export function wantsSession({ sessions }: Pick<Subscription, 'sessions'>, sessionId: SessionId): boolean {
  return sessions === null || sessions.includes(sessionId);
}
