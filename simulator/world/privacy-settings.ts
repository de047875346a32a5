import { createHash } from 'node:crypto';

import type { Addressing } from './address.ts';
import type { Owner } from './endpoint.ts';

/** What an account lets others see or do, by WhatsApp's names; each is `all` at first, unless it says otherwise. */
const AT_FIRST = {
  readreceipts: 'all',
  last: 'all',
  online: 'all',
  profile: 'all',
  status: 'all',
  groupadd: 'all',
  calladd: 'all',
  messages: 'all',
  defense: 'off',
};
const VALUES = new Set([
  'all',
  'contacts',
  'contact_blacklist',
  'none',
  'match_last_seen',
  'known',
  'off',
  'on_standard',
]);

/** A name of a privacy setting. */
export type PrivacyName = keyof typeof AT_FIRST;

/** Whether `name` is that of a privacy setting. */
export function isPrivacyName(name: string): name is PrivacyName {
  return Object.hasOwn(AT_FIRST, name);
}

/** The privacy settings of one account, and whom it has blocked. */
export class PrivacySettings {
  readonly #values: Record<PrivacyName, string> = { ...AT_FIRST };
  readonly blocked = new Set<Owner>();

  /** All settings. */
  entries(): [string, string][] {
    return Object.entries(this.#values);
  }

  of(name: PrivacyName): string {
    return this.#values[name];
  }

  /** Changes a setting. Throws a RangeError when there is no such value. */
  set(name: PrivacyName, value: string): void {
    if (!VALUES.has(value)) throw new RangeError(`A privacy setting cannot be "${value}".`);
    this.#values[name] = value;
  }

  /** A hash of the blocked people, by which clients notice that they missed a change. */
  hash(addressing: Addressing): string {
    const names = [...this.blocked].map((owner) => owner.jid(addressing)).sort();
    return createHash('sha256').update(names.join()).digest('base64').slice(0, 8);
  }
}
