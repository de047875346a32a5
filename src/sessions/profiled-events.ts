import type { FurtherEventKind } from '../domain/further-event.ts';
import type { SessionId } from '../domain/session-id.ts';
import { type SessionProfile, summaryOf } from '../domain/session-profile.ts';
import type { FurtherEvents, NewFurtherEvent } from '../ports/callbacks.ts';

/** Further events that tell what was said of their session when they happened, whoever reports them. */
export class ProfiledEvents implements FurtherEvents {
  readonly #events: FurtherEvents;
  readonly #profileOf: (sessionId: SessionId) => SessionProfile | undefined;

  constructor(events: FurtherEvents, profileOf: (sessionId: SessionId) => SessionProfile | undefined) {
    this.#events = events;
    this.#profileOf = profileOf;
  }

  add(sessionId: SessionId, events: readonly NewFurtherEvent[]): Promise<void> {
    const session = summaryOf(this.#profileOf(sessionId));
    return this.#events.add(sessionId, session ? events.map((event) => ({ ...event, session })) : events);
  }

  isWanted(sessionId: SessionId, kind: FurtherEventKind): boolean {
    return this.#events.isWanted(sessionId, kind);
  }
}
