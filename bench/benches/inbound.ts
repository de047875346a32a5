import type { Bench, Size } from '../bench.ts';
import { TestBed } from '../parties/test-bed.ts';
import { ratios } from '../statistics.ts';

interface InboundSize extends Size {
  messages: number;
  warmUp: number;
  /** The sessions of the larger orchestrator. */
  sessions: number;
  /** How many of them receive messages. */
  active: number;
}

/** The bench `inbound`; docs/performance.md describes it. */
export const inbound: Bench<InboundSize> = {
  name: 'inbound',
  measures: 'CPU per received text, from the wire to the acknowledged callback',
  sizes: {
    full: { messages: 1_000, warmUp: 1_000, sessions: 300, active: 30 },
    quick: { messages: 100, warmUp: 50, sessions: 6, active: 3 },
  },
  async run(task) {
    const { messages, warmUp, sessions, active } = task.size;
    await using testBed = await TestBed.open(task);
    const [bare, one, many] = [testBed.bare(), await testBed.orchestrator(), await testBed.orchestrator()];
    for (const contestant of [bare, one]) {
      await testBed.link(contestant, 1);
      await testBed.warmUp(contestant, contestant.accounts, warmUp);
    }
    await testBed.link(many, sessions);
    const recipients = many.accounts.slice(0, active);
    await testBed.warmUp(many, recipients, warmUp);
    const costs: Record<'bare' | 'one' | 'many', number[]> = { bare: [], one: [], many: [] };
    for (let run = 0; run < task.runs; run += 1) {
      costs.bare.push((await testBed.receive(bare, { accounts: bare.accounts, count: messages })).cpuMs);
      costs.one.push((await testBed.receive(one, { accounts: one.accounts, count: messages })).cpuMs);
      costs.many.push((await testBed.receive(many, { accounts: recipients, count: messages })).cpuMs);
      task.log(`run ${run + 1} of ${task.runs}`);
    }
    return [
      { name: 'bare Baileys, 1 session', unit: 'ms', values: costs.bare },
      { name: 'orchestrator, 1 session', unit: 'ms', values: costs.one },
      { name: 'orchestrator to bare', unit: 'x', values: ratios(costs.one, costs.bare), bound: { atMost: 1 } },
      { name: `orchestrator, ${sessions} sessions`, unit: 'ms', values: costs.many },
      {
        ...{ name: `${sessions} sessions to 1`, unit: 'x', values: ratios(costs.many, costs.one) },
        bound: { atMost: 1.15 },
      },
    ];
  },
};
