import type { Draft, DraftChange, DraftFilter } from '../../src/domain/draft.ts';
import { Drafts } from '../../src/http/drafts.ts';
import type { Clock } from '../../src/kit/clock.ts';
import type { Logger } from '../../src/kit/logger.ts';
import { systemRandom } from '../../src/kit/random.ts';
import type { FurtherEvents, NewFurtherEvent } from '../../src/ports/callbacks.ts';
import type { DraftStore } from '../../src/ports/drafts.ts';
import { CONNECTED, NOW_MS } from './sessions-in-memory.ts';

/** A draft that waits from the start. */
export const DRAFT: Draft = {
  ...{ id: 'draft_4f7k2m9q1x8z3c6v', sessionId: CONNECTED, keyId: 'Zb3kQ9xY7mNp', state: 'waiting' },
  message: JSON.stringify({
    to: { kind: 'number', number: '5491234567890' },
    content: { type: 'text', text: 'hola', preview: false },
    ...{ replyTo: null, mentions: [], messageId: '3EB0C767D097B7C7C1A5' },
  }),
  ...{ createdAtMs: NOW_MS, changedAtMs: NOW_MS },
};

/** Drafts in memory, and what webhooks are told of them. */
export function draftsInMemory({ clock, log }: { clock: Clock; log: Logger }) {
  const told: NewFurtherEvent[] = [];
  const furtherEvents: FurtherEvents = {
    isWanted: () => true,
    add: (_, events) => Promise.resolve(void told.push(...events)),
  };
  const store = new DraftsInMemory();
  const drafts = new Drafts({ store, furtherEvents, clock, random: systemRandom, log });
  return { drafts, drafted: store, told, furtherEvents };
}

/** A store in memory. */
class DraftsInMemory implements DraftStore {
  readonly drafts = new Map<string, Draft>([[DRAFT.id, DRAFT]]);

  add(draft: Draft, maxWaiting: number): Promise<boolean> {
    const waiting = [...this.drafts.values()].filter(
      ({ keyId, state }) => keyId === draft.keyId && state === 'waiting',
    );
    if (waiting.length >= maxWaiting) return Promise.resolve(false);
    this.drafts.set(draft.id, draft);
    return Promise.resolve(true);
  }

  find(id: string): Promise<Draft | undefined> {
    return Promise.resolve(this.drafts.get(id));
  }

  list({ sessions, keyId, state, sinceMs }: DraftFilter, limit: number): Promise<Draft[]> {
    const matches = (draft: Draft) =>
      (sessions === undefined || sessions.includes(draft.sessionId)) &&
      (keyId === undefined || draft.keyId === keyId) &&
      (state === undefined || draft.state === state) &&
      draft.createdAtMs > sinceMs;
    return Promise.resolve([...this.drafts.values()].filter(matches).slice(0, limit));
  }

  change(id: string, { from, to, atMs, unchangedSinceMs = Infinity }: DraftChange): Promise<boolean> {
    const draft = this.drafts.get(id);
    const may = draft?.state === from && draft.changedAtMs < unchangedSinceMs;
    if (may) this.drafts.set(id, { ...draft, state: to, changedAtMs: atMs });
    return Promise.resolve(may);
  }

  remove(ids: readonly string[]): Promise<number> {
    return Promise.resolve(ids.filter((id) => this.drafts.delete(id)).length);
  }

  removeBefore(): Promise<number> {
    return Promise.resolve(0);
  }
}
