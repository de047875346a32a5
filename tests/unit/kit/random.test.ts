import fc from 'fast-check';
import { fewRandomBytes } from '../../../src/kit/random-pool.ts';
import { ID_ALPHABET, systemRandom } from '../../../src/kit/random.ts';

describe('random text', () => {
  it('has the length asked for, and nothing but characters of the alphabet', () => {
    const alphabets = fc.string({
      minLength: 1,
      maxLength: 256,
      unit: fc.constantFrom('a', 'b', '0', '-', '_', 'ñ', '€'),
    });
    fc.assert(
      fc.property(fc.nat({ max: 64 }), alphabets, (length, alphabet) => {
        const text = systemRandom.text(length, alphabet);
        expect(text).toHaveLength(length);
        expect(Array.from(text).every((character) => alphabet.includes(character))).toBe(true);
      }),
    );
  });

  it('has each character as often as every other one', () => {
    const counts = new Map<string, number>();
    for (const character of systemRandom.text(36_000, ID_ALPHABET))
      counts.set(character, (counts.get(character) ?? 0) + 1);

    expect(counts.size).toBe(ID_ALPHABET.length);
    // Seven standard deviations of 31: once in a hundred thousand million runs it is a coincidence.
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(220);
  });

  it.each([0, 257])('is not made of %d characters', (characters) => {
    expect(() => systemRandom.text(1, 'x'.repeat(characters))).toThrow(`an alphabet of ${characters} characters`);
  });
});

it('nobody gets random bytes that somebody else has', () => {
  const sizes = [1, 12, 4_080, 4_079, 1, 12, 10_000, 3, ...Array.from({ length: 2_000 }, () => 12)];
  const pieces = sizes.map((size) => fewRandomBytes(size));
  expect(pieces.map(({ length }) => length)).toEqual(sizes);

  // Whoever changes theirs changes nobody else's.
  for (const [at, piece] of pieces.entries()) piece.fill(at);
  expect(pieces.every((piece, at) => piece.every((byte) => byte === at % 256))).toBe(true);
});
