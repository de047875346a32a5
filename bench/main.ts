import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Bench } from './bench.ts';
import { BENCHES } from './benches.ts';
import { type Command, CommandLineError, help, type Order, readCommandLine } from './command-line.ts';
import { type BenchReport, newReport } from './report.ts';
import { table } from './table.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(3));
process.exit(await main());

/** Answers the exit code, as the help says. */
async function main(): Promise<number> {
  let command: Command;
  try {
    command = readCommandLine(process.argv.slice(2), BENCHES);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    note(error.message);
    return 2;
  }
  if (command.name === 'help') {
    say(help(BENCHES));
    return 0;
  }
  return runAll(command.order);
}

/** A bench that fails does not stop the others. */
async function runAll(order: Order): Promise<number> {
  const report = await newReport();
  const { machine, versions } = report;
  say(`${machine.cpu}, ${machine.cores} cores; Node ${versions.node}, Baileys ${versions.baileys}; ${report.date}`);
  let failed = 0;
  for (const bench of order.benches) {
    try {
      report.benches.push(await runOne(bench, order));
    } catch (error) {
      failed += 1;
      note(`${bench.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    if (order.json !== undefined) await writeFile(order.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  return failed === 0 ? 0 : 1;
}

async function runOne(bench: Bench, order: Order): Promise<BenchReport> {
  const { runs, changes } = order;
  const size = { ...bench.sizes[order.size], ...changes };
  const folder = await mkdtemp(join(order.folder ?? tmpdir(), 'bench-'));
  const profiles = order.profiles === undefined ? undefined : resolve(order.profiles);
  const begin = performance.now();
  try {
    const figures = await bench.run({
      ...{ size, runs, folder, profiles },
      say: (text) => note(`  ${bench.name}: ${text}`),
    });
    const seconds = Math.round((performance.now() - begin) / 1000);
    say(`\n${bench.name}: ${bench.measures} (${runs} runs, ${seconds} s)\n\n${table(figures)}`);
    return { name: bench.name, size, runs, figures };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** How far it is, and what went wrong. */
function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
