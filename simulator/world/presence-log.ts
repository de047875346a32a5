import type { Account } from './account.ts';
import type { Group } from './group.ts';

/** The presence of a person as others see it: online or not, or what happens in a chat. */
export type ShownPresence = 'available' | 'unavailable' | 'composing' | 'recording' | 'paused';

/** One change of presence. */
export interface PresenceChange {
  readonly of: Account;
  readonly state: ShownPresence;
  /** The chat in which it is shown; undefined when everybody sees it. */
  readonly chat?: Account | Group | undefined;
}

/** Whether somebody is online, and since when (Unix ms); undefined when that has never changed. */
export interface OnlineState {
  readonly isOnline: boolean;
  readonly sinceMs: number | undefined;
}

const REMEMBERED_CHANGES = 10_000;

/** The latest presence changes, in order. */
export class PresenceLog {
  #changes: PresenceChange[] = [];
  readonly #states = new Map<Account, OnlineState>();
  readonly #watchers: ((change: PresenceChange) => void)[] = [];
  readonly #now: () => number;

  /** @param now milliseconds since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls `watcher` after each change. */
  watch(watcher: (change: PresenceChange) => void): void {
    this.#watchers.push(watcher);
  }

  /** Whether the account is online, and since when it is as it is. */
  stateOf(account: Account): OnlineState {
    return this.#states.get(account) ?? { isOnline: false, sinceMs: undefined };
  }

  /** Adds a change. */
  note(change: PresenceChange): void {
    this.#changes.push(change);
    const { of, state, chat } = change;
    if (chat === undefined) this.#states.set(of, { isOnline: state === 'available', sinceMs: this.#now() });
    for (const watcher of this.#watchers) watcher(change);
    if (this.#changes.length > REMEMBERED_CHANGES) this.#changes.shift();
  }

  /** The presence of `of` as shown to `viewer`, in order: what everybody sees, and what happened in their chats. */
  seenBy(viewer: Account, of: Account): ShownPresence[] {
    const isShown = ({ chat }: PresenceChange): boolean =>
      chat === undefined || chat === viewer || ('has' in chat && chat.has(viewer));
    return this.#changes.filter((change) => change.of === of && isShown(change)).map(({ state }) => state);
  }
}
