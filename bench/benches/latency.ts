import { type Bench, type Size } from '../bench.ts';
import { Ground } from '../parties/test-bed.ts';
import { differences, percentile } from '../statistics.ts';

interface LatencySize extends Size {
  sessions: number;
  perSecond: number;
  seconds: number;
  warmUp: number;
}

/** See docs/performance.md. */
export const latency: Bench<LatencySize> = {
  name: 'latency',
  measures: 'from when the simulator writes a text until the backend has it; for bare Baileys, until its event',
  sizes: {
    full: { sessions: 50, perSecond: 50, seconds: 20, warmUp: 1_000 },
    quick: { sessions: 2, perSecond: 50, seconds: 1, warmUp: 20 },
  },
  async run(task) {
    const { sessions, perSecond, seconds, warmUp } = task.size;
    await using ground = await Ground.open(task);
    const [bare, ours] = [ground.bare(), await ground.orchestrator()];
    for (const contestant of [bare, ours]) {
      await ground.link(contestant, sessions);
      await ground.acquaint(contestant, contestant.accounts, warmUp);
    }
    const delays = { bare: [] as number[][], ours: [] as number[][] };
    const count = perSecond * seconds;
    for (let run = 0; run < task.runs; run += 1) {
      delays.bare.push((await ground.receive(bare, { accounts: bare.accounts, count, perSecond })).delaysMs);
      delays.ours.push((await ground.receive(ours, { accounts: ours.accounts, count, perSecond })).delaysMs);
      task.say(`run ${run + 1} of ${task.runs}`);
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
        bound: { atMost: percent === 50 ? 15 : 60 },
      },
    ]);
  },
};
