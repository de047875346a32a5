import type { PhoneNumber } from './address.ts';
import type { Account, Person } from './person.ts';

/** What a batch of numbers found out about one of them; without an answer, it was not looked up, and can be asked for later. */
export type NumberAnswer = { asked: PhoneNumber } & (
  { isAnswered: false } | { isAnswered: true; account: Account | null }
);

/** What somebody says about themselves. */
export interface About {
  /** `null` when there is nothing, or it is not shown to this account. */
  text: string | null;
  setAtMs: number | null;
}

/** The profile of a business. Everything in it was written by its owner. */
export interface BusinessProfile {
  description: string | null;
  category: string | null;
  address: string | null;
  email: string | null;
  websites: string[];
  timezone: string | null;
  hours: BusinessHours[];
}

/** When a business is open on one day. Minutes count from midnight. */
export interface BusinessHours {
  day: string;
  mode: string;
  opensAtMinute: number | null;
  closesAtMinute: number | null;
}

/** The name of a person in the owner's address book. */
export interface ContactEntry {
  fullName: string;
  firstName: string | null;
}

/** What others see of the account. */
export interface OwnProfile extends Person {
  name: string | null;
  about: About;
  /** The URL of the picture at WhatsApp, valid for a while. */
  pictureUrl: string | null;
}

/** The names of the privacy settings. */
export const PRIVACY_NAMES = [
  'last_seen',
  'online',
  'profile_picture',
  'about',
  'read_receipts',
  'groups',
  'calls',
  'messages',
] as const;

/** A name of {@link PRIVACY_NAMES}. */
export type PrivacyName = (typeof PRIVACY_NAMES)[number];

/** The values that a caller may choose, in WhatsApp's words. */
export const PRIVACY_VALUES = {
  last_seen: ['all', 'contacts', 'contact_blacklist', 'none'],
  online: ['all', 'match_last_seen'],
  profile_picture: ['all', 'contacts', 'contact_blacklist', 'none'],
  about: ['all', 'contacts', 'contact_blacklist', 'none'],
  read_receipts: ['all', 'none'],
  groups: ['all', 'contacts', 'contact_blacklist'],
  calls: ['all', 'known'],
  messages: ['all', 'contacts'],
} as const satisfies Record<PrivacyName, readonly string[]>;

/** Changes of privacy settings; only what is named changes. */
export type PrivacyChange = { [Name in PrivacyName]?: (typeof PRIVACY_VALUES)[Name][number] | undefined };

/** The privacy settings as WhatsApp gave them; `null` where it gave none. */
export type PrivacySettings = Record<PrivacyName, string | null>;
