import type { PhoneNumber } from './address.ts';

/** A person as WhatsApp identifies people: by number, by LID, or by both. At least one of them is known, but of {@link NOBODY}. */
export interface Person {
  /** Digits with country code; `null` if WhatsApp gave only a LID. */
  number: PhoneNumber | null;
  /** `…@lid`; `null` if WhatsApp gave only a number. */
  lid: string | null;
}

/** Stands for a person of whom neither is known. */
export const NOBODY: Person = { number: null, lid: null };

/** A person with the names that are known of them. */
export interface NamedPerson {
  /** The number, or `…@lid`. */
  person: string;
  /** The name that this person chose. */
  pushName: string | null;
  /** The name in the owner's address book. */
  savedName: string | null;
  /** The username that this person chose at WhatsApp, without `@`. */
  username: string | null;
}

/** A name of somebody that became known. */
export interface LearnedName {
  /** The number, or `…@lid`. */
  person: string;
  /** The name that this person chose. */
  pushName?: string | null | undefined;
  /** The name in the owner's address book; `null` when the person is no longer in it. */
  savedName?: string | null | undefined;
  /** The username that this person chose at WhatsApp. */
  username?: string | null | undefined;
}

/** What WhatsApp knows about a number. */
export type ContactCheck = { exists: false } | ({ exists: true } & Account);

/** A WhatsApp account. */
export interface Account {
  /** As WhatsApp knows it, which for some countries differs from how people write it. */
  number: PhoneNumber;
  /** `…@s.whatsapp.net`. */
  jid: string;
  lid: string | null;
}

/** The phone numbers of LIDs, as WhatsApp revealed them. */
export type Numbers = ReadonlyMap<string, PhoneNumber>;
