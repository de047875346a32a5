import type { Draft, DraftChange, DraftFilter } from '../domain/draft.ts';

/** The messages that wait for a person. */
export interface DraftStore {
  /** Adds a draft, unless so many of its key wait already: then it returns `false`. */
  add(draft: Draft, maxWaiting: number): Promise<boolean>;
  find(id: string): Promise<Draft | undefined>;
  /** Those that match, the oldest first. */
  list(filter: DraftFilter, limit: number): Promise<Draft[]>;
  /** Changes the state, if it is the given one. Of several that try at once, one succeeds. */
  change(id: string, change: DraftChange): Promise<boolean>;
  /** Removes these drafts, whatever their state. Returns how many there were. */
  remove(ids: readonly string[]): Promise<number>;
  /** Removes up to so many drafts written before this moment (Unix ms). Returns how many there were. */
  removeBefore(beforeMs: number, limit: number): Promise<number>;
}
