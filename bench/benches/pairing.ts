import type { Bench, Size } from '../bench.ts';
import type { Contestant } from '../parties/contestant.ts';
import { TestBed } from '../parties/test-bed.ts';
import { ratios } from '../statistics.ts';

interface PairingSize extends Size {
  accounts: number;
  warmUp: number;
}

/** The bench `pairing`; docs/performance.md describes it. */
export const pairing: Bench<PairingSize> = {
  name: 'pairing',
  measures: 'CPU per pairing: until the QR, and from the QR until the account is connected',
  sizes: { full: { accounts: 20, warmUp: 20 }, quick: { accounts: 3, warmUp: 1 } },
  async run(task) {
    const { accounts, warmUp } = task.size;
    await using testBed = await TestBed.open(task);
    const [bare, ours] = [testBed.bare(), await testBed.orchestrator()];
    for (const contestant of [bare, ours]) await testBed.link(contestant, warmUp);
    const costs = { bare: [] as Cost[], ours: [] as Cost[] };
    for (let run = 0; run < task.runs; run += 1) {
      costs.bare.push(await pair(testBed, bare, accounts));
      costs.ours.push(await pair(testBed, ours, accounts));
      task.log(`run ${run + 1} of ${task.runs}`);
    }
    const of = (who: 'bare' | 'ours', what: keyof Cost): number[] => costs[who].map((cost) => cost[what]);
    return [
      { name: 'QR to connected, bare Baileys', unit: 'ms', values: of('bare', 'linkMs') },
      { name: 'QR to connected, orchestrator', unit: 'ms', values: of('ours', 'linkMs') },
      {
        ...{ name: 'QR to connected, to bare', unit: 'x', values: ratios(of('ours', 'linkMs'), of('bare', 'linkMs')) },
        bound: { atMost: 1 },
      },
      { name: 'until the QR, bare Baileys', unit: 'ms', values: of('bare', 'qrMs') },
      { name: 'until the QR and its picture, orchestrator', unit: 'ms', values: of('ours', 'qrMs') },
    ];
  },
};

/** CPU per account. */
interface Cost {
  qrMs: number;
  linkMs: number;
}

async function pair(testBed: TestBed, contestant: Contestant, count: number): Promise<Cost> {
  const accounts = await testBed.makeAccounts(count);
  const offered = await testBed.measured(contestant, async () => {
    const offers = [];
    for (const account of accounts) offers.push(await contestant.offer(account));
    return offers;
  });
  const linked = await testBed.measured(contestant, async () => {
    for (const offer of offered.result) {
      await testBed.scan(offer.account, offer.qr);
      await offer.untilLinked();
    }
    await testBed.whatsapp.call('untilQuiet', undefined);
  });
  return { qrMs: offered.cpuMs / count, linkMs: linked.cpuMs / count };
}
