import fc from 'fast-check';
import { originalText, storedText } from '../../../../src/storage/postgres/text.ts';

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\0', '\u0001', '"', '\\', '\ud800', '\udc00', 'a') }),
);

describe('a text in PostgreSQL', () => {
  it('comes back as it was, has no U+0000 and is well formed', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const stored = storedText(text);
        expect(originalText(stored)).toBe(text);
        expect(stored.includes('\0')).toBe(false);
        expect(stored.isWellFormed()).toBe(true);
      }),
    );
  });

  it('is stored as it is when that is possible', () => {
    expect(storedText('hola 👋')).toBe('hola 👋');
    expect(storedText('a\0b')).not.toBe('a\0b');
  });
});
