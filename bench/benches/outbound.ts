import type { Bench, Size } from '../bench.ts';
import type { Contestant } from '../parties/contestant.ts';
import { TestBed } from '../parties/test-bed.ts';
import { percentile, ratios } from '../statistics.ts';

interface OutboundSize extends Size {
  messages: number;
  warmUp: number;
}

/** The bench `outbound`; docs/performance.md describes it. */
export const outbound: Bench<OutboundSize> = {
  name: 'outbound',
  measures: 'texts sent through REST on one session, one after another, each until WhatsApp acknowledges it',
  sizes: { full: { messages: 1_000, warmUp: 1_000 }, quick: { messages: 50, warmUp: 20 } },
  async run(task) {
    const { messages, warmUp } = task.size;
    await using testBed = await TestBed.open(task);
    const [bare, ours] = [testBed.bare(), await testBed.orchestrator()];
    for (const contestant of [bare, ours]) {
      await testBed.link(contestant, 1);
      await testBed.warmUp(contestant, contestant.accounts, 1);
      await send(testBed, contestant, warmUp);
    }
    const sent = { bare: [] as Sending[], ours: [] as Sending[] };
    for (let run = 0; run < task.runs; run += 1) {
      sent.bare.push(await send(testBed, bare, messages));
      sent.ours.push(await send(testBed, ours, messages));
      task.log(`run ${run + 1} of ${task.runs}`);
    }
    const costs = (who: 'bare' | 'ours'): number[] => sent[who].map(({ cpuMs }) => cpuMs);
    const times = (who: 'bare' | 'ours', percent: number): number[] =>
      sent[who].map(({ tookMs }) => percentile(tookMs, percent));
    return [
      { name: 'CPU, bare Baileys', unit: 'ms', values: costs('bare') },
      { name: 'CPU, orchestrator', unit: 'ms', values: costs('ours') },
      {
        ...{ name: 'CPU, orchestrator to bare', unit: 'x', values: ratios(costs('ours'), costs('bare')) },
        bound: { atMost: 1.5 },
      },
      { name: 'time until acknowledged, p50, bare Baileys', unit: 'ms', values: times('bare', 50) },
      { name: 'time until acknowledged, p50', unit: 'ms', values: times('ours', 50), bound: { atMost: 7 } },
      { name: 'time until acknowledged, p95', unit: 'ms', values: times('ours', 95), bound: { atMost: 14 } },
    ];
  },
};

/** The CPU per sent message, and the time until each was acknowledged. */
interface Sending {
  cpuMs: number;
  tookMs: number[];
}

async function send(testBed: TestBed, contestant: Contestant, count: number): Promise<Sending> {
  const [account] = contestant.accounts;
  if (!account) throw new Error('No account is linked.');
  const { cpuMs, result } = await testBed.measured(contestant, () => contestant.send(account, 'text', count));
  return { cpuMs: cpuMs / count, tookMs: result };
}
