import { parseArgs } from 'node:util';
import { type Bench, type Size } from './bench.ts';

/** What is to be run. */
export interface Order {
  benches: readonly Bench[];
  runs: number;
  size: 'full' | 'quick';
  /** Numbers of the size to be changed. */
  changes: Size;
  /** Where the results go as JSON. */
  json: string | undefined;
  /** Where databases are while it runs; the system's folder for temporary files without it. */
  folder: string | undefined;
  /** Where CPU profiles of the orchestrator go. */
  profiles: string | undefined;
}

/** What the command line asks for. */
export type Command = { name: 'help' } | { name: 'run'; order: Order };

/** Thrown for arguments that make no sense; its message is one sentence. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}

const MAX_RUNS = 100;
const DEFAULT_RUNS = { full: 5, quick: 2 };

const TEXT = { type: 'string' } as const;
const OPTIONS = {
  runs: TEXT,
  quick: { type: 'boolean', default: false },
  set: { type: 'string', multiple: true, default: [] as string[] },
  json: TEXT,
  folder: TEXT,
  profiles: TEXT,
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The text of `--help`. */
export function help(all: readonly Bench[]): string {
  return `Measures the orchestrator beside bare Baileys, on the simulator. See docs/performance.md.

  npm run bench -- [<bench> …] [options]      all of them without a name

${all.map(({ name, measures }) => `  ${name.padEnd(12)}${measures}`).join('\n')}

  --runs <n>          how often each is measured (${DEFAULT_RUNS.full})
  --quick             in a small size, ${DEFAULT_RUNS.quick} runs: shows that it works, and proves nothing
  --set <name>=<n>    another number in the size of a bench; may come more than once
  --json <file>       writes the results with every single figure
  --folder <folder>   where databases are while it runs (the system's temporary folder); on the disk that is meant
  --profiles <folder> writes CPU profiles of the orchestrator while it is measured
  --help              this text

It ends with 0 when everything was measured, whatever came of it, with 1 when something could not be, with 2 for an order that
makes no sense. It needs Linux, which tells how much other processes use.
`;
}

/** Reads the arguments. @throws CommandLineError */
export function readCommandLine(args: readonly string[], all: readonly Bench[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { name: 'help' };
  const benches = positionals.length === 0 ? all : positionals.map((name) => find(name, all));
  const size = values.quick ? 'quick' : 'full';
  const { json, folder, profiles } = values;
  const order: Order = {
    ...{ benches, size, json, folder, profiles },
    runs: values.runs === undefined ? DEFAULT_RUNS[size] : wholeNumber(values.runs, '--runs', MAX_RUNS),
    changes: Object.fromEntries(values.set.map((text) => change(text, benches))),
  };
  return { name: 'run', order };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new CommandLineError(`${sentence.replace(/\.$/, '')}. See --help.`);
  }
}

function find(name: string, all: readonly Bench[]): Bench {
  const found = all.find((bench) => bench.name === name);
  if (!found)
    throw new CommandLineError(`There is no bench "${name}", but ${all.map((each) => each.name).join(', ')}.`);
  return found;
}

/** A name that a bench does not know would change nothing, and nobody would notice. */
function change(text: string, benches: readonly Bench[]): [string, number] {
  const [name = '', value = ''] = text.split('=');
  const stranger = benches.find(({ sizes }) => sizes.full[name] === undefined);
  if (!stranger) return [name, wholeNumber(value, `--set ${name}`, Number.MAX_SAFE_INTEGER)];
  const names = Object.keys(stranger.sizes.full).join(', ');
  throw new CommandLineError(`${stranger.name} has no "${name}", but ${names}.`);
}

function wholeNumber(text: string, name: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new CommandLineError(`${name} needs a whole number from 1 to ${max}, not "${text}".`);
}
