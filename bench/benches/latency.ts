import type { Bench, Size } from '../bench.ts';
import { TestBed } from '../parties/test-bed.ts';
import { differences, percentile } from '../statistics.ts';

interface LatencySize extends Size {
  sessions: number;
  perSecond: number;
  seconds: number;
  warmUp: number;
}

/** The bench `latency`; docs/performance.md describes it. */
export const latency: Bench<LatencySize> = {
  name: 'latency',
  measures:
    'time from the write of a text by the simulator until the backend receives it; for bare Baileys, until its event',
  sizes: {
    full: { sessions: 50, perSecond: 50, seconds: 20, warmUp: 1_000 },
    quick: { sessions: 2, perSecond: 50, seconds: 1, warmUp: 20 },
  },
  async run(task) {
    const { sessions, perSecond, seconds, warmUp } = task.size;
    await using testBed = await TestBed.open(task);
    const [bare, ours] = [testBed.bare(), await testBed.orchestrator()];
    for (const contestant of [bare, ours]) {
      await testBed.link(contestant, sessions);
      await testBed.warmUp(contestant, contestant.accounts, warmUp);
    }
    const delays = { bare: [] as number[][], ours: [] as number[][] };
    const count = perSecond * seconds;
    for (let run = 0; run < task.runs; run += 1) {
      delays.bare.push((await testBed.receive(bare, { accounts: bare.accounts, count, perSecond })).delaysMs);
      delays.ours.push((await testBed.receive(ours, { accounts: ours.accounts, count, perSecond })).delaysMs);
      task.log(`run ${run + 1} of ${task.runs}`);
    }
    const at = (who: 'bare' | 'ours', percent: number): number[] => delays[who].map((all) => percentile(all, percent));
    return [50, 99].flatMap((percent) => [
      { name: `p${percent}, bare Baileys`, unit: 'ms', values: at('bare', percent) },
      { name: `p${percent}, orchestrator`, unit: 'ms', values: at('ours', percent) },
      {
        ...{
          name: `p${percent}, above bare`,
          unit: 'ms',
          values: differences(at('ours', percent), at('bare', percent)),
        },
        bound: { atMost: percent === 50 ? 2 : 60 },
      },
    ]);
  },
};
