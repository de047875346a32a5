import { backoffDelayMs } from '../../../src/kit/backoff.ts';
import { fixedRandom } from '../../harness/fixed-random.ts';

const backoff = { baseMs: 1_000, maxMs: 60_000 };

it.each([
  [0, 1_000],
  [1, 2_000],
  [5, 32_000],
  [6, 60_000],
  [1_000, 60_000],
])('after %d failures waits up to %d ms', (failures, boundMs) => {
  expect(backoffDelayMs(backoff, failures, fixedRandom(0.999_999))).toBe(boundMs - 1);
});

it('may not wait at all, so that clients do not come back together', () => {
  expect(backoffDelayMs(backoff, 4, fixedRandom(0))).toBe(0);
});

it.each([
  [0, 30_000],
  [0.5, 45_000],
])('never waits less than the minimum: with a random fraction of %d, %d ms', (fraction, expectedMs) => {
  expect(backoffDelayMs({ baseMs: 60_000, maxMs: 60_000, minMs: 30_000 }, 0, fixedRandom(fraction))).toBe(expectedMs);
});
