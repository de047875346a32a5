import { mock } from 'node:test';
import { systemClock } from '../../../src/kit/clock.ts';

const DAY_MS = 24 * 3600_000;

describe('the system clock', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  /** Node's own timers wait no longer than this, and a timer set during a tick starts at the end of it. */
  const LONGEST_MS = 2 ** 31 - 1;

  function pass(durationMs: number): void {
    for (let restMs = durationMs; restMs > 0; restMs -= LONGEST_MS) mock.timers.tick(Math.min(restMs, LONGEST_MS));
  }

  it.each([5, 30 * DAY_MS, 90 * DAY_MS])('runs a task after %d ms, and not before', (delayMs) => {
    let runs = 0;
    systemClock.after(delayMs, () => (runs += 1));
    pass(delayMs - 1);
    expect(runs).toBe(0);
    pass(1);
    expect(runs).toBe(1);
    pass(100 * DAY_MS);
    expect(runs).toBe(1);
  });

  it('does not run a task that was cancelled, however late', () => {
    let runs = 0;
    const timer = systemClock.after(60 * DAY_MS, () => (runs += 1));
    pass(40 * DAY_MS);
    timer.cancel();
    pass(40 * DAY_MS);
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
