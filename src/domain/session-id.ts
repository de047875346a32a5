import { ID_ALPHABET, type Random } from '../kit/random.ts';

/** The id of a session, that is of one linked WhatsApp account. Its form makes it safe as a folder name. */
export type SessionId = string & { readonly __brand: 'SessionId' };

// Permits the folder names of version 3, but no paths and no dotted names.
const FORM = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** Generates an id of the form `session_<unix ms>_<9 of [a-z0-9]>` (the seed's form). */
export function newSessionId(nowMs: number, random: Random): SessionId {
  return `session_${nowMs}_${random.text(9, ID_ALPHABET)}` as SessionId;
}

/** Parses a session id; `undefined` if the text does not have its form. */
export function parseSessionId(text: string): SessionId | undefined {
  return FORM.test(text) ? (text as SessionId) : undefined;
}
