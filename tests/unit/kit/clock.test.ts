import { mock } from 'node:test';
import { systemClock, wait } from '../../../src/kit/clock.ts';

describe('the system clock', () => {
  it.each([5, 2_010])('runs a task after %d ms, and not before', async (delayMs) => {
    const startMs = systemClock.monotonic();
    await wait(systemClock, delayMs);
    // Node's timers count from the beginning of a turn, in whole milliseconds.
    expect(systemClock.monotonic() - startMs).toBeGreaterThan(delayMs - 2);
  });

  it('does not run a task that was cancelled', async () => {
    let runs = 0;
    for (const delayMs of [1, 2_000]) systemClock.after(delayMs, () => (runs += 1)).cancel();
    await wait(systemClock, 2_100);
    expect(runs).toBe(0);
  });
});

it('measures durations by a time that does not follow the time of day', () => {
  mock.timers.enable({ apis: ['Date'], now: 0 });
  const before = systemClock.monotonic();
  mock.timers.setTime(1_000_000_000_000);
  const passedMs = systemClock.monotonic() - before;
  mock.timers.reset();
  expect(passedMs).toBeGreaterThanOrEqual(0);
  expect(passedMs).toBeLessThan(1_000_000);
});
