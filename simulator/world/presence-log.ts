import { type Account } from './account.ts';
import { type Group } from './group.ts';

/** What others are shown of somebody: whether he is online, or what he does in a conversation. */
export type ShownPresence = 'available' | 'unavailable' | 'composing' | 'recording' | 'paused';

/** One change of what is shown. */
export interface PresenceChange {
  readonly of: Account;
  readonly state: ShownPresence;
  /** The conversation in which it is shown; undefined for what everybody sees. */
  readonly chat?: Account | Group | undefined;
}

const REMEMBERED_CHANGES = 10_000;

/** Who was online, typed or recorded, in its order; the oldest is forgotten. */
export class PresenceLog {
  #changes: PresenceChange[] = [];

  /** Writes down a change. */
  note(change: PresenceChange): void {
    this.#changes.push(change);
    if (this.#changes.length > REMEMBERED_CHANGES) this.#changes.shift();
  }

  /** What `viewer` was shown of `of`, in its order: what everybody sees, and what happened in their conversations. */
  seenBy(viewer: Account, of: Account): ShownPresence[] {
    const isShown = ({ chat }: PresenceChange): boolean =>
      chat === undefined || chat === viewer || ('has' in chat && chat.has(viewer));
    return this.#changes.filter((change) => change.of === of && isShown(change)).map(({ state }) => state);
  }
}
