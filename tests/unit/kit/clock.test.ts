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
