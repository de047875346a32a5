import { type Bench, type Size } from '../bench.ts';
import { Ground } from '../parties/test-bed.ts';
import { ratios } from '../statistics.ts';

interface InboundSize extends Size {
  messages: number;
  warmUp: number;
  /** Of the orchestrator that holds many. */
  sessions: number;
  /** How many of those are written to. */
  active: number;
}

/** See docs/performance.md. */
export const inbound: Bench<InboundSize> = {
  name: 'inbound',
  measures: 'CPU of a received text, from the wire to the acknowledged callback',
  sizes: {
    full: { messages: 1_000, warmUp: 1_000, sessions: 300, active: 30 },
    quick: { messages: 100, warmUp: 50, sessions: 6, active: 3 },
  },
  async run(task) {
    const { messages, warmUp, sessions, active } = task.size;
    await using ground = await Ground.open(task);
    const [bare, one, many] = [ground.bare(), await ground.orchestrator(), await ground.orchestrator()];
    for (const contestant of [bare, one]) {
      await ground.link(contestant, 1);
      await ground.acquaint(contestant, contestant.accounts, warmUp);
    }
    await ground.link(many, sessions);
    const written = many.accounts.slice(0, active);
    await ground.acquaint(many, written, warmUp);
    const costs: Record<'bare' | 'one' | 'many', number[]> = { bare: [], one: [], many: [] };
    for (let run = 0; run < task.runs; run += 1) {
      costs.bare.push((await ground.receive(bare, { accounts: bare.accounts, count: messages })).cpuMs);
      costs.one.push((await ground.receive(one, { accounts: one.accounts, count: messages })).cpuMs);
      costs.many.push((await ground.receive(many, { accounts: written, count: messages })).cpuMs);
      task.say(`run ${run + 1} of ${task.runs}`);
    }
    return [
      { name: 'bare Baileys, 1 session', unit: 'ms', values: costs.bare },
      { name: 'orchestrator, 1 session', unit: 'ms', values: costs.one },
      { name: 'orchestrator to bare', unit: 'x', values: ratios(costs.one, costs.bare), bound: { atMost: 1.3 } },
      { name: `orchestrator, ${sessions} sessions`, unit: 'ms', values: costs.many },
      {
        ...{ name: `${sessions} sessions to 1`, unit: 'x', values: ratios(costs.many, costs.one) },
        bound: { atMost: 1.15 },
      },
    ];
  },
};
