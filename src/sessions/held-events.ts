import { SessionLostError, StorageUnavailableError } from '../domain/errors.ts';
import type { GroupChange } from '../domain/group-event.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { NewFurtherEvent } from '../ports/callbacks.ts';
import type { ConnectionEvent } from '../ports/connection.ts';
import { callChanged } from './call-events.ts';
import { groupChanged } from './group-events.ts';
import type { JoinRequests } from './join-requests.ts';
import type { SessionDeps } from './session-deps.ts';

/** What WhatsApp announces again until it is stored. */
type Held = Extract<ConnectionEvent, { stored: () => void }>;

/** Whether WhatsApp announces an event again until it is stored. */
export function isHeld(event: ConnectionEvent): event is Held {
  return 'stored' in event;
}

/** Whether some webhook wants to be told of it. */
export function isWanted(
  sessionId: SessionId,
  held: Held,
  { furtherEvents }: Pick<SessionDeps, 'furtherEvents'>,
): boolean {
  const kinds =
    held.kind === 'call-changed' ? ['call' as const] : held.changes.flatMap(({ what }) => needing(what.kind));
  return kinds.some((kind) => furtherEvents.isWanted(sessionId, kind));
}

/** The kinds of events for which a change must be looked at: whether people had asked to join follows from both. */
function needing(kind: GroupChange['what']['kind']): GroupChange['what']['kind'][] {
  return kind === 'group-update' ? [kind] : ['group-participants', 'group-join-request'];
}

/**
 * Stores its events, and says so. Rejects only with a failure of the storage, which is worth another try: it passes, or the next
 * connection is told again.
 */
export async function storeHeld(
  sessionId: SessionId,
  held: Held,
  { furtherEvents, joinRequests, log }: Pick<SessionDeps, 'furtherEvents' | 'joinRequests' | 'log'>,
): Promise<void> {
  try {
    await furtherEvents.add(sessionId, await eventsOf(sessionId, held, joinRequests));
  } catch (error) {
    if (error instanceof StorageUnavailableError || error instanceof SessionLostError) throw error;
    log.error({ err: error, sessionId }, `the event "${held.kind}" could not be stored`);
  }
  held.stored();
}

async function eventsOf(sessionId: SessionId, held: Held, joinRequests: JoinRequests): Promise<NewFurtherEvent[]> {
  if (held.kind === 'call-changed') return [callChanged(sessionId, held.change)];
  const events: NewFurtherEvent[] = [];
  for (const change of held.changes) {
    events.push(groupChanged(sessionId, change, await joinRequests.told(sessionId, change)));
  }
  return events;
}
