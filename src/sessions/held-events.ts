import { SessionLostError, StorageUnavailableError } from '../domain/errors.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { NewFurtherEvent } from '../ports/callbacks.ts';
import type { ConnectionEvent } from '../ports/connection.ts';
import { callChanged } from './call-events.ts';
import { groupChanged } from './group-events.ts';
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
  const kinds = held.kind === 'call-changed' ? ['call' as const] : held.changes.map(({ what }) => what.kind);
  return kinds.some((kind) => furtherEvents.isWanted(sessionId, kind));
}

/**
 * Stores its events, and says so. Rejects only with a failure of the storage, which is worth another try: it passes, or the next
 * connection is told again.
 */
export async function storeHeld(
  sessionId: SessionId,
  held: Held,
  { furtherEvents, log }: Pick<SessionDeps, 'furtherEvents' | 'log'>,
): Promise<void> {
  try {
    await furtherEvents.add(sessionId, eventsOf(sessionId, held));
  } catch (error) {
    if (error instanceof StorageUnavailableError || error instanceof SessionLostError) throw error;
    log.error({ err: error, sessionId }, `the event "${held.kind}" could not be stored`);
  }
  held.stored();
}

function eventsOf(sessionId: SessionId, held: Held): NewFurtherEvent[] {
  return held.kind === 'call-changed'
    ? [callChanged(sessionId, held.change)]
    : held.changes.map((change) => groupChanged(sessionId, change));
}
