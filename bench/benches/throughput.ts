import type { Bench, Size } from '../bench.ts';
import { TestBed } from '../parties/test-bed.ts';
import { ratios } from '../statistics.ts';

interface ThroughputSize extends Size {
  sessions: number;
  messages: number;
  warmUp: number;
}

/** The bench `throughput`; docs/performance.md describes it. */
export const throughput: Bench<ThroughputSize> = {
  name: 'throughput',
  measures:
    'received texts per second over several sessions, from the first on the wire to the last acknowledged callback',
  sizes: {
    full: { sessions: 30, messages: 2_000, warmUp: 2_000 },
    quick: { sessions: 3, messages: 100, warmUp: 50 },
  },
  async run(task) {
    const { sessions, messages, warmUp } = task.size;
    await using testBed = await TestBed.open(task);
    const [bare, ours] = [testBed.bare(), await testBed.orchestrator()];
    for (const contestant of [bare, ours]) {
      await testBed.link(contestant, sessions);
      await testBed.warmUp(contestant, contestant.accounts, warmUp);
    }
    const rates = { bare: [] as number[], ours: [] as number[] };
    for (let run = 0; run < task.runs; run += 1) {
      rates.bare.push((await testBed.receive(bare, { accounts: bare.accounts, count: messages })).perSecond);
      rates.ours.push((await testBed.receive(ours, { accounts: ours.accounts, count: messages })).perSecond);
      task.log(`run ${run + 1} of ${task.runs}`);
    }
    return [
      { name: 'bare Baileys', unit: '/s', values: rates.bare },
      { name: 'orchestrator', unit: '/s', values: rates.ours },
      { name: 'orchestrator to bare', unit: 'x', values: ratios(rates.ours, rates.bare), bound: { atLeast: 1 } },
    ];
  },
};
