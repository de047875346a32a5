import type { GroupChange, GroupEventFields } from '../domain/group-event.ts';
import type { FurtherBody, FurtherEvent } from '../domain/further-event.ts';
import type { SessionId } from '../domain/session-id.ts';
import { isoTime } from '../kit/clock.ts';
import type { NewFurtherEvent } from '../ports/callbacks.ts';
import { webhookId } from './callback-events.ts';

/** The event of a change of a group; `byRequest`: its people had asked to join. Its webhookId is derived from WhatsApp's own ids: an announcement that comes again is the same event. */
export function groupChanged(sessionId: SessionId, change: GroupChange, byRequest: boolean): NewFurtherEvent {
  return {
    event: eventOf(sessionId, change, byRequest),
    webhookId: webhookId('group', sessionId, change.groupId, change.id),
  };
}

function eventOf(sessionId: SessionId, { what, ...change }: GroupChange, byRequest: boolean): FurtherEvent {
  const fields = fieldsOf(sessionId, change);
  switch (what.kind) {
    case 'group-update':
      return { kind: what.kind, body: { ...fields, changes: what.changes } };
    case 'group-participants': {
      const { kind, action, participants, includesMe } = what;
      return { kind, body: { ...fields, action, participants, includes_me: includesMe, by_request: byRequest } };
    }
    case 'group-join-request': {
      const { kind, action, method, participants } = what;
      return { kind, body: { ...fields, action, method, participants } };
    }
  }
}

function fieldsOf(sessionId: SessionId, change: Omit<GroupChange, 'what'>): FurtherBody & GroupEventFields {
  const { groupId, groupName, by, atMs, offline } = change;
  return { session_id: sessionId, timestamp: isoTime(atMs), group_id: groupId, group_name: groupName, by, offline };
}
