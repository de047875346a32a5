import { parseArgs } from 'node:util';
import type { Bench, Size } from './bench.ts';

/** The options of a run. */
export interface RunOptions {
  benches: readonly Bench[];
  runs: number;
  size: 'full' | 'quick';
  /** Overrides of numbers in the size. */
  overrides: Size;
  /** The file for the results as JSON. */
  json: string | undefined;
  /** The parent folder of databases during the run; undefined for the system's temporary folder. */
  folder: string | undefined;
  /** The folder for CPU profiles; undefined to take none. */
  profiles: string | undefined;
  /** The commit that this checkout is compared with, in `runs` pairs; undefined to compare with nothing but bare Baileys. */
  against: string | undefined;
  /** The files of the adapters for the bench `gateway`; none for our own. */
  adapters: readonly string[];
  /** The folder for the packages that adapters want; undefined for none. */
  install: string | undefined;
}

/** A parsed command line. */
export type Command = { name: 'help' } | { name: 'run'; options: RunOptions };

/** Thrown for invalid arguments; the message is one sentence. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}

const MAX_RUNS = 100;
const DEFAULT_RUNS = { full: 5, quick: 2 };
/** The fewest pairs that can tell a change from noise. */
const DEFAULT_PAIRS = 6;

const TEXT = { type: 'string' } as const;
const OPTIONS = {
  runs: TEXT,
  quick: { type: 'boolean', default: false },
  set: { type: 'string', multiple: true, default: [] as string[] },
  json: TEXT,
  folder: TEXT,
  profiles: TEXT,
  against: TEXT,
  install: TEXT,
  adapter: { type: 'string', multiple: true, default: [] as string[] },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The text of `--help`. */
export function help(all: readonly Bench[]): string {
  return `Measures the orchestrator against bare Baileys, on the simulator. See docs/performance.md.

  npm run bench -- [<bench> …] [options]      runs every bench if none is named

${all.map(({ name, measures }) => `  ${name.padEnd(12)}${measures}`).join('\n')}

  --runs <n>          number of runs (default: ${DEFAULT_RUNS.full})
  --quick             small sizes, ${DEFAULT_RUNS.quick} runs: shows that the benches work, but the figures mean nothing
  --set <name>=<n>    override a number in the size of the benches; may be repeated
  --json <file>       write the results as JSON, with the value of every run
  --folder <folder>   parent folder of databases during the run (default: the system's temporary folder); choose one on
                      the disk that you want to measure
  --profiles <folder> write CPU profiles of the measured processes
  --against <commit>  compare with another commit: the benches of both run in turn, --runs pairs of them (default: ${DEFAULT_PAIRS}, the fewest
                      that can tell a change from noise)
  --adapter <file>    a gateway for the bench "gateway"; may be repeated (default: the orchestrator, and
                      bare Baileys with a small server). To write one: bench/gateway/adapter.ts
  --install <folder>  where npm installs the packages that adapters want: a folder outside of this project
  --help              print this text

Exit code: 0 if every bench completed, even if it missed its target; 1 if a bench failed; 2 for invalid arguments;
4 if --against found a figure that is worse than before, beyond its noise.
Requires Linux, which reports the CPU and memory use of other processes.
`;
}

/** Parses the arguments. @throws CommandLineError */
export function readCommandLine(args: readonly string[], all: readonly Bench[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { name: 'help' };
  const benches = positionals.length === 0 ? all : positionals.map((name) => find(name, all));
  const size = values.quick ? 'quick' : 'full';
  const { json, folder, profiles, against, install, adapter: adapters } = values;
  refuseContradictions({ benches, profiles, against, adapters });
  const preset = against === undefined ? DEFAULT_RUNS[size] : DEFAULT_PAIRS;
  const options: RunOptions = {
    ...{ benches, size, json, folder, profiles, against, adapters, install },
    runs: values.runs === undefined ? preset : wholeNumber(values.runs, '--runs', MAX_RUNS),
    overrides: Object.fromEntries(values.set.map((text) => override(text, benches))),
  };
  return { name: 'run', options };
}

/** Rejects options that would have no effect. */
function refuseContradictions({
  benches,
  profiles,
  against,
  adapters,
}: Pick<RunOptions, 'benches' | 'profiles' | 'against' | 'adapters'>): void {
  if (against !== undefined && profiles !== undefined)
    throw new CommandLineError('--against takes no profiles: choose one of both.');
  if (adapters.length === 0) return;
  if (!benches.some(({ name }) => name === 'gateway'))
    throw new CommandLineError('--adapter is for the bench "gateway", which is not among those to run.');
  if (against !== undefined) throw new CommandLineError('--against takes no adapters: choose one of both.');
  if (profiles !== undefined)
    throw new CommandLineError('--profiles are of our own processes, not of gateways: choose --adapter or them.');
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
    throw new CommandLineError(`Unknown bench "${name}"; choose from ${all.map((each) => each.name).join(', ')}.`);
  return found;
}

/** Rejects names that a bench does not have: they would have no effect, and nobody would notice. */
function override(text: string, benches: readonly Bench[]): [string, number] {
  const [name = '', value = ''] = text.split('=');
  const benchWithout = benches.find(({ sizes }) => sizes.full[name] === undefined);
  if (!benchWithout) return [name, wholeNumber(value, `--set ${name}`, Number.MAX_SAFE_INTEGER)];
  const names = Object.keys(benchWithout.sizes.full).join(', ');
  throw new CommandLineError(`The bench "${benchWithout.name}" has no "${name}"; choose from ${names}.`);
}

function wholeNumber(text: string, name: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new CommandLineError(`${name} must be a whole number from 1 to ${max}, not "${text}".`);
}
