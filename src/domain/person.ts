import { type PhoneNumber } from './address.ts';

/** Somebody as WhatsApp names people: by number, by LID, or by both. At least one of them is known. */
export interface Person {
  /** Digits with country code; `null` when WhatsApp gave only a LID. */
  number: PhoneNumber | null;
  /** `…@lid`; `null` when WhatsApp gave only a number. */
  lid: string | null;
}

/** What WhatsApp says of a number. */
export type ContactCheck = { exists: false } | ({ exists: true } & Account);

/** An account of WhatsApp. */
export interface Account {
  /** As WhatsApp has it, which for some countries is not how people write it. */
  number: PhoneNumber;
  /** `…@s.whatsapp.net`. */
  jid: string;
  lid: string | null;
}

/** The numbers of LIDs, as WhatsApp told them. */
export type Numbers = ReadonlyMap<string, PhoneNumber>;
