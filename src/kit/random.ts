import { randomInt } from 'node:crypto';

/** The only source of chance. Handed in, so that a test can choose it. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded). */
  fraction(): number;
  /** `length` characters drawn from `alphabet`, unpredictable to others. */
  text(length: number, alphabet: string): string;
}

/** Random from the machine's own generator. */
export const systemRandom: Random = {
  fraction: () => Math.random(),
  text: (length, alphabet) => Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join(''),
};
