import { Dice } from './dice.ts';
import { readOrder } from './command-line.ts';
import { type Scenario } from './scenario.ts';

const KILL: Scenario = {
  name: 'kill',
  proves: '',
  sizes: { short: { kills: 1 }, full: { kills: 2 } },
  run: () => Promise.reject(new Error('not run here')),
};
const OTHER: Scenario = { ...KILL, name: 'other', sizes: { short: { times: 1 }, full: { times: 2 } } };
const ALL = [KILL, OTHER];

describe('npm run chaos', () => {
  it('without arguments runs everything in full, with a seed of its own', () => {
    expect(readOrder([], ALL)).toEqual({
      scenarios: ALL,
      size: 'full',
      seed: expect.any(Number) as number,
      changes: {},
    });
  });

  it('runs what is named, as it is told', () => {
    expect(readOrder(['kill', '--seed', '42', '--size', 'short', '--set', 'kills=40'], ALL)).toEqual({
      scenarios: [KILL],
      size: 'short',
      seed: 42,
      changes: { kills: 40 },
    });
  });

  it.each([
    [['nonsense'], 'There is no scenario "nonsense", but kill, other.'],
    [['--size', 'huge'], '--size is short or full, not "huge".'],
    [['--seed', 'x'], '--seed needs a number, not "x".'],
    [['kill', '--set', 'kils=4'], 'kill has no "kils", but kills.'],
    [['kill', '--set', 'kills='], '--set kills needs a number, not "".'],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => readOrder(args, ALL)).toThrow(sentence);
  });
});

describe('the dice', () => {
  const throwsOf = (dice: Dice): number[] => Array.from({ length: 100 }, () => dice.fraction());

  it('fall the same way for the same seed, and another way for another', () => {
    expect(throwsOf(new Dice(42))).toEqual(throwsOf(new Dice(42)));
    expect(throwsOf(new Dice(42))).not.toEqual(throwsOf(new Dice(43)));
  });

  it('spread over the whole range', () => {
    const all = throwsOf(new Dice(42));
    expect(Math.min(...all)).toBeLessThan(0.1);
    expect(Math.max(...all)).toBeGreaterThan(0.9);
    expect(all.every((each) => each >= 0 && each < 1)).toBe(true);
  });
});
