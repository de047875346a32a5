import type { LearnedName } from '../../domain/person.ts';

/** The number of people whose names are kept for each session. */
export const MAX_PEOPLE = 20_000;
/** The bound of one name in characters; WhatsApp's own limit for a name that somebody chose is 25. */
const MAX_LENGTH = 256;
/** A name that is learned again is dated anew after this time, so that it is not written each time. */
export const RENEWED_AFTER_MS = 7 * 24 * 3_600_000;

/** The names of a person: the one that they chose, the one in the owner's address book, and their username. */
export interface Names {
  pushName: string | null;
  savedName: string | null;
  username: string | null;
}

/** The columns of the names. */
export const NAME_COLUMNS = { pushName: 'push_name', savedName: 'saved_name', username: 'username' } as const;

/** What is known of a person of whom nothing is known. */
export const NO_NAMES: Names = { pushName: null, savedName: null, username: null };

/** What is known of a person after something was learned. */
export function learnedNames(known: Names, { pushName, savedName, username }: Omit<LearnedName, 'person'>): Names {
  return {
    pushName: bounded(pushName) ?? known.pushName,
    savedName: savedName === null ? null : (bounded(savedName) ?? known.savedName),
    username: bounded(username) ?? known.username,
  };
}

/** Whether both are the same names. */
export function areSame(one: Names, other: Names): boolean {
  return one.pushName === other.pushName && one.savedName === other.savedName && one.username === other.username;
}

/** The name within its bounds; `null` when nothing of it can be seen. */
function bounded(name: string | null | undefined): string | null {
  const text = name?.slice(0, MAX_LENGTH).toWellFormed().trim() ?? '';
  return text === '' ? null : text;
}

/** The name of a person who is known under several names, such as a number and a LID: what they chose comes first. */
export function nameIn(known: readonly Names[]): string | null {
  const named = known.find(({ pushName }) => pushName !== null)?.pushName;
  return named ?? known.find(({ savedName }) => savedName !== null)?.savedName ?? null;
}
