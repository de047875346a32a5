import { newSessionId, parseSessionId } from '../../../src/domain/session-id.ts';
import { systemRandom } from '../../../src/kit/random.ts';

it('generates ids of the seed’s form', () => {
  expect(newSessionId(1_705_312_200_123, systemRandom)).toMatch(/^session_1705312200123_[a-z0-9]{9}$/);
});

it('generates a different one each time', () => {
  const ids = Array.from({ length: 200 }, () => newSessionId(1, systemRandom));

  expect(new Set(ids).size).toBe(200);
});

it.each(['session_1705312200123_abc123def', 'session_1_a', 'Laden-2'])('parses %j', (text) => {
  expect(parseSessionId(text)).toBe(text);
});

it.each(['', '../x', '.', '..', '__proto__', '-x', 'a/b', 'a\\b', 'a.b', 'a b', 'ñ', 'a'.repeat(101), 'a\n'])(
  'refuses %j, which could be a path or a trap',
  (text) => {
    expect(parseSessionId(text)).toBeUndefined();
  },
);
