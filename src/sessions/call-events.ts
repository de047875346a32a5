import type { CallNews } from '../domain/call.ts';
import type { SessionId } from '../domain/session-id.ts';
import { isoTime } from '../kit/clock.ts';
import type { NewFurtherEvent } from '../ports/callbacks.ts';
import { webhookId } from './callback-events.ts';

/** The event of what becomes of a call. Its webhookId is made of the caller and the id that they chose. */
export function callChanged(sessionId: SessionId, { callId, state, caller, ...call }: CallNews): NewFurtherEvent {
  const { isVideo, groupId, isTimeout, atMs, offline } = call;
  const { number, lid } = caller;
  const body = {
    ...{ session_id: sessionId, timestamp: isoTime(atMs), call_id: callId, state, number, lid },
    ...{ is_video: isVideo, is_group: groupId !== null, group_id: groupId, offline },
    reason: isTimeout ? ('timeout' as const) : null,
  };
  return {
    event: { kind: 'call', body },
    webhookId: webhookId('call', sessionId, lid ?? number ?? '', callId, state),
  };
}
