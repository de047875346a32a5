import { inspect } from 'node:util';
import { Secret } from '../../../src/kit/secret.ts';

const secret = new Secret('open sesame');

it('is not printed by accident', () => {
  const printed = [String(secret), JSON.stringify({ secret }), inspect({ secret }), secret.toString()];

  for (const text of printed) expect(text).toContain('[secret]');
  expect(printed.join()).not.toContain('sesame');
});

it('is compared by its value, whatever the length', () => {
  expect(secret.equals('open sesame')).toBe(true);
  for (const wrong of ['', 'open', 'open sesamE', 'open sesame ']) expect(secret.equals(wrong)).toBe(false);
});
