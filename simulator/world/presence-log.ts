import { type Account } from './account.ts';
import { type Group } from './group.ts';

/** The presence of a person as others see it: online or not, or what happens in a chat. */
export type ShownPresence = 'available' | 'unavailable' | 'composing' | 'recording' | 'paused';

/** One change of presence. */
export interface PresenceChange {
  readonly of: Account;
  readonly state: ShownPresence;
  /** The chat in which it is shown; undefined when everybody sees it. */
  readonly chat?: Account | Group | undefined;
}

const REMEMBERED_CHANGES = 10_000;

/** The latest presence changes, in order. */
export class PresenceLog {
  #changes: PresenceChange[] = [];

  /** Adds a change. */
  note(change: PresenceChange): void {
    this.#changes.push(change);
    if (this.#changes.length > REMEMBERED_CHANGES) this.#changes.shift();
  }

  /** The presence of `of` as shown to `viewer`, in order: what everybody sees, and what happened in their chats. */
  seenBy(viewer: Account, of: Account): ShownPresence[] {
    const isShown = ({ chat }: PresenceChange): boolean =>
      chat === undefined || chat === viewer || ('has' in chat && chat.has(viewer));
    return this.#changes.filter((change) => change.of === of && isShown(change)).map(({ state }) => state);
  }
}
