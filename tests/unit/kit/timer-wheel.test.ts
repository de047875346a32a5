import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { TimerWheel } from '../../../src/kit/timer-wheel.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const DAY_MS = 24 * 3600_000;

/** A wheel on a clock that the test advances, and what ran when, in ms since the start. */
function turning() {
  const clock = new ManualClock(1_000_000);
  const wheel = new TimerWheel({
    monotonic: () => clock.monotonic(),
    set: (delayMs, task) => {
      const timer = clock.after(delayMs, task);
      return () => timer.cancel();
    },
  });
  const ran: [name: string, atMs: number][] = [];
  const set = (name: string, delayMs: number) =>
    wheel.after(delayMs, () => ran.push([name, clock.monotonic() - 1_000_000]));
  const pass = async (ms: number) => {
    await clock.advance(ms);
    await turn();
  };
  return { clock, wheel, ran, set, pass };
}

describe('a timer wheel', () => {
  it.each([1, 99, 100, 2_000, 2_345, 30 * DAY_MS])(
    'runs a task after %d ms, and at most 100 ms later',
    async (delayMs) => {
      const { ran, set, pass } = turning();
      set('task', delayMs);
      await pass(delayMs - 1);
      expect(ran).toEqual([]);
      await pass(200);
      expect(ran).toHaveLength(1);
      expect(ran[0]?.[1]).toBeGreaterThanOrEqual(delayMs);
      expect(ran[0]?.[1]).toBeLessThanOrEqual(delayMs + 100);
      await pass(60 * DAY_MS);
      expect(ran).toHaveLength(1);
    },
  );

  it('has one timer below it, however many are set, and none when all are cancelled and their time has come', async () => {
    const { clock, set, pass } = turning();
    const timers = Array.from({ length: 1_000 }, (_, index) => set('task', 2_000 + 37 * index));
    expect(clock.timers).toHaveLength(1);
    set('sooner', 500).cancel();
    expect(clock.timers).toHaveLength(1);
    for (const timer of timers) timer.cancel();
    await pass(600);
    expect(clock.timers).toEqual([]);
  });

  it('runs tasks in the order of their slots, and those of one slot as they were set', async () => {
    const { ran, set, pass } = turning();
    for (const [name, delayMs] of [
      ['late', 5_000],
      ['first', 2_090],
      ['second', 2_010],
      ['soon', 1_000],
    ] as const) {
      set(name, delayMs);
    }
    await pass(6_000);
    expect(ran.map(([name]) => name)).toEqual(['soon', 'first', 'second', 'late']);
  });

  it('runs no task that was cancelled, even by another one of its slot', async () => {
    const { wheel, ran, set, pass } = turning();
    const cancelled = set('cancelled', 3_000);
    wheel.after(2_000, () => other.cancel());
    const other = set('cancelled by another', 2_000);
    cancelled.cancel();
    cancelled.cancel();
    await pass(10_000);
    expect(ran).toEqual([]);
  });

  it('runs a task in the context in which it was set, whoever set the timer below', async () => {
    const { wheel, pass } = turning();
    const context = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const set = () => wheel.after(2_000, () => seen.push(context.getStore()));
    context.run('one', set);
    context.run('two', set);
    set();
    await pass(3_000);
    expect(seen).toEqual(['one', 'two', undefined]);
  });
});
