import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from '../command-line.ts';
import type { Report } from '../report.ts';
import { checkOut } from './checkout.ts';
import { compare, type Compared, type Measured, type Pair } from './comparison.ts';

const HERE = join(import.meta.dirname, '../..');

/** What a comparison came to. */
export interface AgainstReport {
  /** The commit that this checkout was compared with. */
  commit: string;
  pairs: number;
  figures: readonly Compared[];
}

/**
 * Runs the benches of another commit and of this checkout in turn, each in a process of its own and the order swapped from pair to
 * pair. @throws CommandLineError without such a commit; an Error when a bench fails
 */
export async function runAgainst(
  ref: string,
  options: RunOptions,
  log: (text: string) => void,
): Promise<AgainstReport> {
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'bench-against-'));
  try {
    await using other = await checkOut(ref, folder);
    const pairs: Pair[] = [];
    for (let at = 0; at < options.runs; at += 1) {
      log(`pair ${at + 1} of ${options.runs}`);
      pairs.push(await onePair({ other: other.root, isSwapped: at % 2 === 1, folder }, options));
    }
    return { commit: other.commit, pairs: pairs.length, figures: compare(pairs) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where a pair runs. */
interface Places {
  other: string;
  /** Whether this checkout is first. */
  isSwapped: boolean;
  folder: string;
}

async function onePair({ other, isSwapped, folder }: Places, options: RunOptions): Promise<Pair> {
  const [first, second] = isSwapped ? [HERE, other] : [other, HERE];
  const results = [await measure(first, folder, options), await measure(second, folder, options)] as const;
  const [before, now] = isSwapped ? [results[1], results[0]] : results;
  return { before, now };
}

async function measure(root: string, folder: string, { benches, size, overrides }: RunOptions): Promise<Measured[]> {
  const json = join(folder, 'report.json');
  const sizes = Object.entries(overrides).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const args = [...benches.map(({ name }) => name), '--runs', '1', ...(size === 'quick' ? ['--quick'] : []), ...sizes];
  const bench = spawn(process.execPath, [join(root, 'bench/main.ts'), ...args, '--folder', folder, '--json', json], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(bench, 'close')) as [number | null];
  if (code !== 0) throw new Error(`The benches of ${root} ended with ${code ?? 'a signal'}`);
  const report = JSON.parse(await readFile(json, 'utf8')) as Report;
  return report.benches.map(({ name, figures }) => ({ bench: name, figures }));
}
