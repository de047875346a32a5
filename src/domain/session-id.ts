import { type Random } from '../kit/random.ts';

/** The name of one linked WhatsApp account. Safe as a folder's name by its form. */
export type SessionId = string & { readonly __brand: 'SessionId' };

// Wide enough for folders that version 3 wrote, narrow enough never to be a path or a dotted name.
const FORM = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A new id of the form `session_<unix ms>_<9 of [a-z0-9]>` (the seed). */
export function newSessionId(nowMs: number, random: Random): SessionId {
  return `session_${nowMs}_${random.text(9, ALPHABET)}` as SessionId;
}

/** The id that `text` is, or `undefined` when it has not the form of one. */
export function parseSessionId(text: string): SessionId | undefined {
  return FORM.test(text) ? (text as SessionId) : undefined;
}
