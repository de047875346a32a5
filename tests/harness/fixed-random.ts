import type { Random } from '../../src/kit/random.ts';

/** A random source with fixed results: `fraction`, and the first letter of the alphabet. */
export function fixedRandom(fraction: number): Random {
  return { fraction: () => fraction, text: (length, alphabet) => alphabet.charAt(0).repeat(length) };
}
