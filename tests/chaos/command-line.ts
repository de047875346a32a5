import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type Scenario, type Size } from './scenario.ts';

/** What is to be run. */
export interface Order {
  scenarios: readonly Scenario[];
  size: 'short' | 'full';
  seed: number;
  /** Numbers of the size to be changed. */
  changes: Size;
}

/** Reads the arguments of `npm run chaos`. Throws an Error with one sentence when they make no sense. */
export function readOrder(args: readonly string[], all: readonly Scenario[]): Order {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      size: { type: 'string', default: 'full' },
      set: { type: 'string', multiple: true, default: [] },
    },
  });
  const { size } = values;
  if (size !== 'short' && size !== 'full') throw new Error(`--size is short or full, not "${size}".`);
  const scenarios = positionals.length === 0 ? all : positionals.map((name) => find(name, all));
  return {
    scenarios,
    size,
    seed: values.seed === undefined ? randomInt(2 ** 31) : numberOf(values.seed, '--seed'),
    changes: Object.fromEntries(values.set.map((text) => change(text, scenarios))),
  };
}

function find(name: string, all: readonly Scenario[]): Scenario {
  const found = all.find((scenario) => scenario.name === name);
  if (!found) throw new Error(`There is no scenario "${name}", but ${all.map((each) => each.name).join(', ')}.`);
  return found;
}

/** A name that no scenario knows would change nothing, and nobody would notice. */
function change(text: string, scenarios: readonly Scenario[]): [string, number] {
  const [name = '', value = ''] = text.split('=');
  const stranger = scenarios.find(({ sizes }) => sizes.full[name] === undefined);
  if (stranger)
    throw new Error(`${stranger.name} has no "${name}", but ${Object.keys(stranger.sizes.full).join(', ')}.`);
  return [name, numberOf(value, `--set ${name}`)];
}

function numberOf(text: string, name: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw new Error(`${name} needs a number, not "${text}".`);
  return value;
}
