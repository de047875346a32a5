import { type Bench, type Size } from '../bench.ts';
import { type Contestant } from '../parties/contestant.ts';
import { Ground } from '../parties/test-bed.ts';
import { ratios } from '../statistics.ts';

interface PairingSize extends Size {
  accounts: number;
  warmUp: number;
}

/** See docs/performance.md. */
export const pairing: Bench<PairingSize> = {
  name: 'pairing',
  measures: 'CPU of a pairing: of the QR, and from there until the account is connected',
  sizes: { full: { accounts: 20, warmUp: 20 }, quick: { accounts: 3, warmUp: 1 } },
  async run(task) {
    const { accounts, warmUp } = task.size;
    await using ground = await Ground.open(task);
    const [bare, ours] = [ground.bare(), await ground.orchestrator()];
    for (const contestant of [bare, ours]) await ground.link(contestant, warmUp);
    const costs = { bare: [] as Cost[], ours: [] as Cost[] };
    for (let run = 0; run < task.runs; run += 1) {
      costs.bare.push(await pair(ground, bare, accounts));
      costs.ours.push(await pair(ground, ours, accounts));
      task.say(`run ${run + 1} of ${task.runs}`);
    }
    const of = (who: 'bare' | 'ours', what: keyof Cost): number[] => costs[who].map((cost) => cost[what]);
    return [
      { name: 'QR to connected, bare Baileys', unit: 'ms', values: of('bare', 'linkMs') },
      { name: 'QR to connected, orchestrator', unit: 'ms', values: of('ours', 'linkMs') },
      {
        ...{ name: 'QR to connected, to bare', unit: 'x', values: ratios(of('ours', 'linkMs'), of('bare', 'linkMs')) },
        bound: { atMost: 1.1 },
      },
      { name: 'until the QR, bare Baileys', unit: 'ms', values: of('bare', 'qrMs') },
      { name: 'until the QR and its picture, orchestrator', unit: 'ms', values: of('ours', 'qrMs') },
    ];
  },
};

/** CPU for each account. */
interface Cost {
  qrMs: number;
  linkMs: number;
}

async function pair(ground: Ground, contestant: Contestant, count: number): Promise<Cost> {
  const accounts = await ground.makeAccounts(count);
  const offered = await ground.measured(contestant, async () => {
    const offers = [];
    for (const account of accounts) offers.push(await contestant.offer(account));
    return offers;
  });
  const linked = await ground.measured(contestant, async () => {
    for (const offer of offered.result) {
      await ground.scan(offer.account, offer.qr);
      await offer.untilLinked();
    }
    await ground.whatsapp.ask('untilQuiet', undefined);
  });
  return { qrMs: offered.cpuMs / count, linkMs: linked.cpuMs / count };
}
