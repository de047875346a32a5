import { type Chance } from '../../src/kit/random.ts';

/** Chance that always gives the same: `fraction`, and the first letter of the alphabet. */
export function fixedChance(fraction: number): Chance {
  return { fraction: () => fraction, text: (length, alphabet) => alphabet.charAt(0).repeat(length) };
}
