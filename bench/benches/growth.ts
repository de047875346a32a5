import { join } from 'node:path';
import { aligned, rounded } from '../aligned.ts';
import type { Bench, Figure, Size } from '../bench.ts';
import { CPU_OF_TEXT, measureStep, type Quantities, type StepSize } from '../parties/growth-step.ts';
import { TestBed } from '../parties/test-bed.ts';
import { median, ratios } from '../statistics.ts';

interface GrowthSize extends Size, StepSize {
  /** The sessions of the last step; those before have a tenth and three tenths of them. */
  sessions: number;
}

/** One quantity at each step: the values of its runs. */
interface Row {
  name: string;
  unit: string;
  steps: number[][];
}

const LOOP_DELAY = new URL('../preload/loop-delay.ts', import.meta.url);
const SHARES = [0.1, 0.3, 1];

/** The bench `growth`; docs/performance.md describes it. */
export const growth: Bench<GrowthSize> = {
  name: 'growth',
  measures:
    'what a text, idling and a start cost with 100, 300 and 1,000 sessions, and how it grows from one to the next',
  sizes: {
    full: { sessions: 1_000, texts: 2_000, perSecond: 100, seconds: 10, idleSeconds: 10, waiting: 100_000 },
    quick: { sessions: 10, texts: 20, perSecond: 50, seconds: 1, idleSeconds: 1, waiting: 200 },
  },
  async run(task) {
    await using testBed = await TestBed.open(task);
    const loopFile = join(task.folder, 'loop-delay');
    const ours = await testBed.orchestrator({ args: [`--import=${LOOP_DELAY.href}?${encodeURIComponent(loopFile)}`] });
    const counts = SHARES.map((share) => Math.max(1, Math.round(task.size.sessions * share)));
    const steps: Quantities[][] = [];
    for (const count of counts) {
      await testBed.link(ours, count - ours.accounts.length);
      const runs: Quantities[] = [];
      for (let run = 0; run < task.runs; run += 1) {
        runs.push(await measureStep({ testBed, ours, loopFile, size: task.size }));
        task.log(`${count} sessions, run ${run + 1} of ${task.runs}`);
      }
      steps.push(runs);
    }
    const rows = rowsOf(steps);
    task.log(`how it grows\n\n${growthTable(rows, counts)}\n`);
    return rows.flatMap((row) => figures(row, counts));
  },
};

function rowsOf(steps: readonly Quantities[][]): Row[] {
  return Object.entries(steps[0]?.[0] ?? {}).map(([name, { unit }]) => ({
    ...{ name, unit },
    steps: steps.map((runs) => runs.map((run) => run[name]?.value ?? NaN)),
  }));
}

/** Each quantity at each step; of the one that must not grow, how much it does. */
function figures({ name, unit, steps }: Row, counts: readonly number[]): Figure[] {
  const each = steps.map((values, step) => ({ name: `${name}, ${counts[step]} sessions`, unit, values }));
  if (name !== CPU_OF_TEXT) return each;
  const growthOfAll = ratios(steps.at(-1) ?? [], steps[0] ?? []);
  return [
    ...each,
    { name: `${name}, ${counts.at(-1)} to ${counts[0]}`, unit: 'x', values: growthOfAll, bound: { atMost: 1.15 } },
  ];
}

/** The medians side by side, each step with its growth over the one before. */
function growthTable(rows: readonly Row[], counts: readonly number[]): string {
  const head = ['', ...counts.flatMap((count, step) => [`${count} sessions`, ...(step > 0 ? ['growth'] : [])])];
  const cells = ({ name, unit, steps }: Row): string[] => {
    const medians = steps.map(median);
    const grown = (step: number): string[] =>
      step > 0 ? [`${rounded((medians[step] ?? NaN) / (medians[step - 1] ?? NaN))} x`] : [];
    return [name, ...medians.flatMap((value, step) => [`${rounded(value)} ${unit}`, ...grown(step)])];
  };
  return aligned({ head, rows: rows.map(cells), isNumber: (column) => column > 0 });
}
