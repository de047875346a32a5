import { type FurtherEventKind, furtherKindsOf } from '../../domain/further-event.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { Subscription } from '../../domain/subscription.ts';
import type { FurtherEvents, FurtherEventStore, NewFurtherEvent } from '../../ports/callbacks.ts';

/** What one subscription wants of the further events. */
interface Wish {
  kinds: ReadonlySet<FurtherEventKind>;
  /** Of which sessions; `null` for all. */
  sessions: ReadonlySet<SessionId> | null;
}

/** Stores further events, as far as a subscription wants them: what nobody receives costs no write. */
export class WantedFurtherEvents implements FurtherEvents {
  readonly #store: FurtherEventStore;
  readonly #wishes = new Map<string, Wish>();

  constructor(store: FurtherEventStore) {
    this.#store = store;
  }

  async add(sessionId: SessionId, events: readonly NewFurtherEvent[]): Promise<void> {
    const wanted = events.filter(({ event }) => this.isWanted(sessionId, event.kind));
    if (wanted.length > 0) await this.#store.add(sessionId, wanted);
  }

  isWanted(sessionId: SessionId, kind: FurtherEventKind): boolean {
    return this.#wishes
      .values()
      .some(({ kinds, sessions }) => kinds.has(kind) && (sessions === null || sessions.has(sessionId)));
  }

  /** The subscription is there, as it is now. Also a paused one receives what happens meanwhile. */
  wishOf({ id, events, sessions }: Pick<Subscription, 'id' | 'events' | 'sessions'>): void {
    this.#wishes.set(id, { kinds: new Set(furtherKindsOf(events)), sessions: sessions && new Set(sessions) });
  }

  /** The subscription has ended. */
  forget(id: string): void {
    this.#wishes.delete(id);
  }
}
