import { type Bench, type Size } from '../bench.ts';
import { Ground } from '../parties/test-bed.ts';
import { ratios } from '../statistics.ts';

interface ThroughputSize extends Size {
  sessions: number;
  messages: number;
  warmUp: number;
}

/** See docs/performance.md. */
export const throughput: Bench<ThroughputSize> = {
  name: 'throughput',
  measures: 'texts a second over several sessions, from the first on the wire to the last acknowledged callback',
  sizes: {
    full: { sessions: 30, messages: 2_000, warmUp: 2_000 },
    quick: { sessions: 3, messages: 100, warmUp: 50 },
  },
  async run(task) {
    const { sessions, messages, warmUp } = task.size;
    await using ground = await Ground.open(task);
    const [bare, ours] = [ground.bare(), await ground.orchestrator()];
    for (const contestant of [bare, ours]) {
      await ground.link(contestant, sessions);
      await ground.acquaint(contestant, contestant.accounts, warmUp);
    }
    const rates = { bare: [] as number[], ours: [] as number[] };
    for (let run = 0; run < task.runs; run += 1) {
      rates.bare.push((await ground.receive(bare, { accounts: bare.accounts, count: messages })).perSecond);
      rates.ours.push((await ground.receive(ours, { accounts: ours.accounts, count: messages })).perSecond);
      task.say(`run ${run + 1} of ${task.runs}`);
    }
    return [
      { name: 'bare Baileys', unit: '/s', values: rates.bare },
      { name: 'orchestrator', unit: '/s', values: rates.ours },
      { name: 'orchestrator to bare', unit: 'x', values: ratios(rates.ours, rates.bare), bound: { atLeast: 0.75 } },
    ];
  },
};
