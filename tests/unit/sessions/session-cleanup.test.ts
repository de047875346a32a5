import { mayFollow } from '../../../src/sessions/state/states.ts';
import { ConditionVariable } from '../../../src/kit/condition-variable.ts';
import { Semaphore } from '../../../src/kit/semaphore.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

describe('a semaphore', () => {
  it('admits as many as it has slots, and the next one when one leaves', async () => {
    const semaphore = new Semaphore(2);
    const entered: string[] = [];
    const enter = async (name: string) => {
      const leave = await semaphore.take();
      entered.push(name);
      return leave;
    };
    const first = await enter('first');
    await enter('second');
    const third = enter('third');
    const fourth = enter('fourth');
    await Promise.resolve();
    expect(entered).toEqual(['first', 'second']);

    first();
    first();
    await third;
    expect(entered).toEqual(['first', 'second', 'third']);

    (await third)();
    await fourth;
    expect(entered).toHaveLength(4);
  });
});

describe('a condition variable', () => {
  it('resolves at once, later, or with false in time', async () => {
    const clock = new ManualClock();
    const condition = new ConditionVariable(clock);
    let fact = false;
    expect(await condition.until(() => true, 1_000)).toBe(true);

    const later = condition.until(() => fact, 1_000);
    fact = true;
    condition.changed();
    expect(await later).toBe(true);

    const never = condition.until(() => false, 1_000);
    await clock.advance(1_000);
    expect(await never).toBe(false);
  });
});

describe('the states of a session', () => {
  it.each([
    ['pairing', 'linking', true],
    ['pairing', 'online', true],
    ['repairing', 'lost', true],
    ['lost', 'online', true],
    ['failed', 'lost', true],
    ['closed', 'online', false],
    ['gone', 'online', false],
    ['online', 'pairing', false],
    ['online', 'lost', false],
  ] as const)('%s may be followed by %s: %s', (from, to, may) => {
    expect(mayFollow(from, to)).toBe(may);
  });
});
