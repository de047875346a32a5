import { fewRandomBytes } from './random-pool.ts';

/** What ids are made of: safe in paths, URLs and names of any system. */
export const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The only source of randomness. It is injected, so that tests can choose it. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded). */
  fraction(): number;
  /** `length` characters from `alphabet`, which has 256 at most, unpredictable to others. */
  text(length: number, alphabet: string): string;
}

/** The machine's own generators. */
export const systemRandom: Random = {
  fraction: () => Math.random(),
  text: (length, alphabet) => {
    let text = '';
    while (text.length < length) text += alphabet.charAt(randomBelow(alphabet.length));
    return text;
  },
};

/** The values of a byte. */
const BYTES = 256;

/** Each number below `bound` is as likely as every other one: bytes that would favour the first ones do not count. */
function randomBelow(bound: number): number {
  if (bound < 1 || bound > BYTES) throw new RangeError(`an alphabet of ${bound} characters`);
  const fair = BYTES - (BYTES % bound);
  for (;;) {
    const byte = fewRandomBytes(1).readUInt8();
    if (byte < fair) return byte % bound;
  }
}
