import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Scenario, Size } from './scenario.ts';

/** What `npm run chaos` does. */
export type Command = { name: 'help' } | { name: 'run'; options: RunOptions };

/** What it runs. */
export interface RunOptions {
  scenarios: readonly Scenario[];
  size: 'short' | 'full';
  seed: number;
  /** Overrides of the size's numbers. */
  changes: Size;
}

const OPTIONS = {
  seed: { type: 'string' },
  size: { type: 'string', default: 'full' },
  set: { type: 'string', multiple: true, default: [] as string[] },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The text of `--help`. */
export function help(all: readonly Scenario[]): string {
  return `Breaks things on purpose while people write, and proves that nothing is lost. See docs/chaos.md.

  npm run chaos -- [<scenario> …] [options]      runs every scenario if none is named

${all.map(({ name, proves }) => `  ${name.padEnd(13)}${proves}`).join('\n')}

  --size <size>       short, or full (the default)
  --seed <n>          repeat the random choices of a run whose first line named this seed
  --set <name>=<n>    override a number in the size of the scenarios; may be repeated
  --help              print this text

Exit code: 0 if every promise held, 1 if one was broken, 2 for invalid arguments.`;
}

/** Parses the arguments of `npm run chaos`. Throws an Error with one sentence when they are invalid. */
export function readArguments(args: readonly string[], all: readonly Scenario[]): Command {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  return values.help ? { name: 'help' } : { name: 'run', options: optionsOf(values, positionals, all) };
}

function optionsOf(
  values: { seed?: string; size: string; set: readonly string[] },
  positionals: readonly string[],
  all: readonly Scenario[],
): RunOptions {
  const { size } = values;
  if (size !== 'short' && size !== 'full') throw new Error(`--size must be short or full, not "${size}".`);
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
  if (!found) throw new Error(`Unknown scenario "${name}"; choose from ${all.map((each) => each.name).join(', ')}.`);
  return found;
}

/** Rejects unknown names, which would silently change nothing. */
function change(text: string, scenarios: readonly Scenario[]): [string, number] {
  const [name = '', value = ''] = text.split('=');
  const without = scenarios.find(({ sizes }) => sizes.full[name] === undefined);
  if (without)
    throw new Error(`${without.name} has no "${name}"; it has ${Object.keys(without.sizes.full).join(', ')}.`);
  return [name, numberOf(value, `--set ${name}`)];
}

function numberOf(text: string, name: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw new Error(`${name} must be a number, not "${text}".`);
  return value;
}
