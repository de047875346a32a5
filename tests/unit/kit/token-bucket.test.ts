import { TokenBucket } from '../../../src/kit/token-bucket.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

/** Takes all tokens, and returns their number. */
function taken(bucket: TokenBucket): number {
  let count = 0;
  while (bucket.take()) count += 1;
  return count;
}

it('allows its size at once, and refills evenly, never beyond its size', async () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket({ size: 20, refillMs: 60_000 }, clock);

  expect(taken(bucket)).toBe(20);
  await clock.advance(3_000);
  expect(taken(bucket)).toBe(1);
  await clock.advance(30_000);
  expect(taken(bucket)).toBe(10);
  await clock.advance(600_000);
  expect(taken(bucket)).toBe(20);
});

it('returns the time until there is a token again', async () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket({ size: 20, refillMs: 60_000 }, clock);

  expect(bucket.waitMs()).toBe(0);
  taken(bucket);
  expect(bucket.waitMs()).toBe(3_000);
  await clock.advance(1_500);
  expect(bucket.waitMs()).toBe(1_500);
  await clock.advance(1_500);
  expect(bucket.take()).toBe(true);
});

it('loses no tokens when the clock is set back', () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket({ size: 2, refillMs: 60_000 }, clock);
  clock.set(-60_000);

  expect(taken(bucket)).toBe(2);
});
