import { systemClock } from '../../../src/kit/clock.ts';

describe('the system clock', () => {
  beforeEach(() => import.meta.jest.useFakeTimers());
  afterEach(() => import.meta.jest.useRealTimers());

  const DAY_MS = 24 * 3600_000;

  it.each([5, 30 * DAY_MS, 90 * DAY_MS])('runs a task after %d ms, and not before', (delayMs) => {
    let runs = 0;
    systemClock.after(delayMs, () => (runs += 1));
    import.meta.jest.advanceTimersByTime(delayMs - 1);
    expect(runs).toBe(0);
    import.meta.jest.advanceTimersByTime(1);
    expect(runs).toBe(1);
    import.meta.jest.advanceTimersByTime(100 * DAY_MS);
    expect(runs).toBe(1);
  });

  it('does not run a task that was cancelled, however late', () => {
    let runs = 0;
    const timer = systemClock.after(60 * DAY_MS, () => (runs += 1));
    import.meta.jest.advanceTimersByTime(40 * DAY_MS);
    timer.cancel();
    import.meta.jest.advanceTimersByTime(40 * DAY_MS);
    expect(runs).toBe(0);
  });
});

it('measures durations by a time that does not follow the time of day', () => {
  import.meta.jest.useFakeTimers({ doNotFake: ['performance'], now: 0 });
  const before = systemClock.monotonic();
  import.meta.jest.setSystemTime(1_000_000_000_000);
  const passedMs = systemClock.monotonic() - before;
  import.meta.jest.useRealTimers();
  expect(passedMs).toBeGreaterThanOrEqual(0);
  expect(passedMs).toBeLessThan(1_000_000);
});
