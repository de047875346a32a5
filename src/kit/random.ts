import { randomInt } from 'node:crypto';

/** What ids are made of: safe in paths, URLs and names of any system. */
export const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The only source of randomness. It is injected, so that tests can choose it. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded). */
  fraction(): number;
  /** `length` characters from `alphabet`, unpredictable to others. */
  text(length: number, alphabet: string): string;
}

/** The machine's own generators. */
export const systemRandom: Random = {
  fraction: () => Math.random(),
  text: (length, alphabet) => Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join(''),
};
