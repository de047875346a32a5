import { randomUUID } from 'node:crypto';

import { node, type Stanza } from '../kit/stanza.ts';
import type { Account } from './account.ts';
import type { Addressing } from './address.ts';
import type { LinkedDevice } from './linked-device.ts';
import type { PrivacyName } from './privacy-settings.ts';

/** A change of an account by its owner; `by` is the linked device that makes it, if it is not the phone. */
interface OwnChange {
  readonly account: Account;
  readonly by?: LinkedDevice | undefined;
}

/** Changes what accounts let others see and do, and notifies their other linked devices. */
export class PrivacyDesk {
  readonly #now: () => number;

  /** @param now milliseconds since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Changes a setting. Throws a RangeError when there is no such value. */
  set(change: OwnChange, name: PrivacyName, value: string): void {
    const { account } = change;
    account.privacy.set(name, value);
    if (name === 'groupadd') account.addedBy = value === 'none' ? 'nobody' : 'everybody';
    this.#notify(change, node('privacy', {}, [node('category', { name, value })]));
  }

  /** Blocks somebody, or no longer. */
  block(change: OwnChange, other: Account, is: boolean): void {
    const { account } = change;
    const addressing = blockedBy(account);
    const before = account.privacy.hash(addressing);
    if (is) account.privacy.blocked.add(other);
    else account.privacy.blocked.delete(other);
    const item = node('item', { jid: other.jid(addressing), action: is ? 'block' : 'unblock' });
    const hashes = { dhash: account.privacy.hash(addressing), prev_dhash: before };
    this.#notify(change, node('blocklist', { action: 'modify', ...hashes }, [item]));
  }

  /** Notifies that the owner's own picture is another one. */
  pictureChanged(change: OwnChange): void {
    this.#notify(change, node('picture'));
  }

  #notify({ account, by }: OwnChange, child: Stanza): void {
    const seconds = Math.floor(this.#now() / 1000);
    const attrs = { type: 'account_sync', from: account.jid('lid'), t: String(seconds) };
    for (const device of account.linked.values()) {
      if (device === by) continue;
      device.misses('account_sync', seconds);
      device.deliver(node('notification', { id: randomUUID(), ...attrs }, [child]));
    }
  }
}

/** How an account names those that it has blocked: by LID once it is migrated. */
export function blockedBy({ isMigrated }: Account): Addressing {
  return isMigrated ? 'lid' : 'pn';
}
