import { type GroupChange, type GroupEventFields } from '../domain/group-event.ts';
import { type FurtherBody, type FurtherEvent } from '../domain/further-event.ts';
import { SessionLostError, StorageUnavailableError } from '../domain/errors.ts';
import { type SessionId } from '../domain/session-id.ts';
import { isoTime } from '../kit/clock.ts';
import { type NewFurtherEvent } from '../ports/callbacks.ts';
import { type ConnectionEvent } from '../ports/connection.ts';
import { webhookId } from './callback-events.ts';
import { type SessionDeps } from './session-deps.ts';

/** Changes of a group, as the connection reports them. */
type GroupChanged = Omit<Extract<ConnectionEvent, { kind: 'group-changed' }>, 'kind'>;

/** Whether some webhook wants to be told of one of these changes. */
export function areWanted(
  sessionId: SessionId,
  { changes }: GroupChanged,
  { furtherEvents }: Pick<SessionDeps, 'furtherEvents'>,
): boolean {
  return changes.some(({ what }) => furtherEvents.isWanted(sessionId, what.kind));
}

/**
 * Stores the events of these changes, and says so. Rejects only with a failure of the storage, which is worth another try: it passes, or
 * the next connection is told again.
 */
export async function storeGroupChanges(
  sessionId: SessionId,
  { changes, stored }: GroupChanged,
  { furtherEvents, log }: Pick<SessionDeps, 'furtherEvents' | 'log'>,
): Promise<void> {
  try {
    await furtherEvents.add(
      sessionId,
      changes.map((change) => groupChanged(sessionId, change)),
    );
  } catch (error) {
    if (error instanceof StorageUnavailableError || error instanceof SessionLostError) throw error;
    log.error({ err: error, sessionId }, 'a change of a group could not be stored');
  }
  stored();
}

/** The event of a change of a group. Its webhookId is derived from WhatsApp's own ids: an announcement that comes again is the same event. */
function groupChanged(sessionId: SessionId, change: GroupChange): NewFurtherEvent {
  return { event: eventOf(sessionId, change), webhookId: webhookId('group', sessionId, change.groupId, change.id) };
}

function eventOf(sessionId: SessionId, { what, ...change }: GroupChange): FurtherEvent {
  const fields = fieldsOf(sessionId, change);
  switch (what.kind) {
    case 'group-update':
      return { kind: what.kind, body: { ...fields, changes: what.changes } };
    case 'group-participants': {
      const { kind, action, participants, includesMe } = what;
      return { kind, body: { ...fields, action, participants, includes_me: includesMe } };
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
