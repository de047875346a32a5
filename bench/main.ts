import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Bench } from './bench.ts';
import { BENCHES } from './benches.ts';
import { type Command, CommandLineError, help, readCommandLine, type RunOptions } from './command-line.ts';
import { runAgainst } from './against/against.ts';
import { comparisonTable } from './against/comparison.ts';
import type { InstalledGateway } from './gateway/adapter.ts';
import { installAll } from './gateway/install.ts';
import { loadAdapters } from './gateway/load-adapters.ts';
import { type BenchReport, newReport } from './report.ts';
import { table } from './table.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(3));
process.exit(await main());

/** Resolves with the exit code that the help describes. */
async function main(): Promise<number> {
  let command: Command;
  let gateways: InstalledGateway[] = [];
  try {
    command = readCommandLine(process.argv.slice(2), BENCHES);
    if (command.name === 'run' && isOf(command.options, 'gateway'))
      gateways = await installAll(await loadAdapters(command.options.adapters), command.options.install);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    printError(error.message);
    return 2;
  }
  if (command.name === 'help') {
    print(help(BENCHES));
    return 0;
  }
  const { options } = command;
  return options.against === undefined ? runAll(options, gateways) : compareWith(options.against, options);
}

function isOf({ benches }: RunOptions, name: string): boolean {
  return benches.some((bench) => bench.name === name);
}

/** Runs the benches beside those of another commit. */
async function compareWith(ref: string, options: RunOptions): Promise<number> {
  try {
    const { commit, pairs, figures } = await runAgainst(ref, options, printError);
    print(`${commit.slice(0, 12)} and this checkout, ${pairs} pairs\n\n${comparisonTable(figures)}`);
    if (options.json !== undefined)
      await writeFile(options.json, `${JSON.stringify({ commit, pairs, figures }, null, 2)}\n`);
    return figures.some(({ verdict }) => verdict === 'worse') ? 4 : 0;
  } catch (error) {
    printError(error instanceof Error ? error.message : String(error));
    return error instanceof CommandLineError ? 2 : 1;
  }
}

/** Runs the benches one after another. A failed one does not stop the others. */
async function runAll(options: RunOptions, gateways: readonly InstalledGateway[]): Promise<number> {
  const report = await newReport();
  const { machine, versions } = report;
  print(`${machine.cpu}, ${machine.cores} cores; Node ${versions.node}, Baileys ${versions.baileys}; ${report.date}`);
  let failed = 0;
  for (const bench of options.benches) {
    try {
      report.benches.push(await runOne(bench, options, gateways));
    } catch (error) {
      failed += 1;
      printError(`${bench.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  return failed === 0 ? 0 : 1;
}

async function runOne(bench: Bench, options: RunOptions, gateways: readonly InstalledGateway[]): Promise<BenchReport> {
  const { runs, overrides } = options;
  const size = { ...bench.sizes[options.size], ...overrides };
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'bench-'));
  const profiles = options.profiles === undefined ? undefined : resolve(options.profiles);
  if (profiles !== undefined) await mkdir(profiles, { recursive: true });
  const startMs = performance.now();
  try {
    const figures = await bench.run({
      ...{ size, runs, folder, profiles, gateways },
      log: (text) => printError(`  ${bench.name}: ${text}`),
    });
    const seconds = Math.round((performance.now() - startMs) / 1000);
    print(`\n${bench.name}: ${bench.measures} (${runs} runs, ${seconds} s)\n\n${table(figures)}`);
    return { name: bench.name, size, runs, figures };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Progress and errors go to standard error; only results go to standard output. */
function printError(text: string): void {
  process.stderr.write(`${text}\n`);
}
