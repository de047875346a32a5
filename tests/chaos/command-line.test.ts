import { Dice } from './dice.ts';
import { help, readArguments } from './command-line.ts';
import type { Scenario } from './scenario.ts';

const KILL: Scenario = {
  name: 'kill',
  proves: '',
  sizes: { short: { kills: 1 }, full: { kills: 2 } },
  run: () => Promise.reject(new Error('not run here')),
};
const OTHER: Scenario = { ...KILL, name: 'other', sizes: { short: { times: 1 }, full: { times: 2 } } };
const ALL = [KILL, OTHER];

describe('npm run chaos', () => {
  it('runs everything in full with a random seed by default', () => {
    const options = { scenarios: ALL, size: 'full', seed: expect.any(Number) as number, changes: {} };
    expect(readArguments([], ALL)).toEqual({ name: 'run', options });
  });

  it('runs the named scenarios with the given size, seed and changes', () => {
    expect(readArguments(['kill', '--seed', '42', '--size', 'short', '--set', 'kills=40'], ALL)).toEqual({
      name: 'run',
      options: { scenarios: [KILL], size: 'short', seed: 42, changes: { kills: 40 } },
    });
  });

  it('explains itself, with what each scenario proves', () => {
    expect(readArguments(['kill', '--help'], ALL)).toEqual({ name: 'help' });
    expect(help([{ ...KILL, proves: 'Nothing is lost.' }])).toMatch(/^ {2}kill +Nothing is lost\.$/m);
  });

  it.each([
    [['nonsense'], 'Unknown scenario "nonsense"; choose from kill, other.'],
    [['--size', 'huge'], '--size must be short or full, not "huge".'],
    [['--seed', 'x'], '--seed must be a number, not "x".'],
    [['kill', '--set', 'kils=4'], 'kill has no "kils"; it has kills.'],
    [['kill', '--set', 'kills='], '--set kills must be a number, not "".'],
  ])('rejects %j with one sentence', (args, sentence) => {
    expect(() => readArguments(args, ALL)).toThrow(sentence);
  });
});

describe('the dice', () => {
  const throwsOf = (dice: Dice): number[] => Array.from({ length: 100 }, () => dice.fraction());

  it('yield the same numbers for the same seed, and others for another', () => {
    expect(throwsOf(new Dice(42))).toEqual(throwsOf(new Dice(42)));
    expect(throwsOf(new Dice(42))).not.toEqual(throwsOf(new Dice(43)));
  });

  it('cover the whole range', () => {
    const all = throwsOf(new Dice(42));
    expect(Math.min(...all)).toBeLessThan(0.1);
    expect(Math.max(...all)).toBeGreaterThan(0.9);
    expect(all.every((each) => each >= 0 && each < 1)).toBe(true);
  });
});
