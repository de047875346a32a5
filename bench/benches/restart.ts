import { join } from 'node:path';
import { type Bench, type Size } from '../bench.ts';
import { Ground } from '../parties/test-bed.ts';
import { type Orchestrator } from '../parties/orchestrator.ts';
import { sharedNowMs } from '../parties/usage.ts';
import { ratios } from '../statistics.ts';

interface RestartSize extends Size {
  /** With how many it is done first, and then. */
  few: number;
  many: number;
}

/** How long logins took, in ms. */
interface Return {
  firstMs: number;
  allMs: number;
}

/** The same sessions, once each run. */
interface Returns {
  ours: Return[];
  bare: Return[];
}

/** See docs/performance.md. */
export const restart: Bench<RestartSize> = {
  name: 'restart',
  measures:
    'from a SIGKILL until all sessions are logged in again; for bare Baileys from when it has their keys in memory',
  sizes: { full: { few: 100, many: 300 }, quick: { few: 2, many: 4 } },
  async run(task) {
    const { few, many } = task.size;
    await using ground = await Ground.open(task);
    const file = join(task.folder, 'bare');
    await saveBare(ground, many, file);
    const ours = await ground.orchestrator();
    const returns = async (count: number): Promise<Returns> => {
      await ground.link(ours, count - ours.accounts.length);
      const times: Returns = { ours: [], bare: [] };
      for (let run = 0; run < task.runs; run += 1) {
        times.bare.push(await bareComesBack(ground, count, file));
        times.ours.push(await comesBack(ground, ours));
        task.say(`${count} sessions, run ${run + 1} of ${task.runs}`);
      }
      return times;
    };
    const [ofFew, ofMany] = [await returns(few), await returns(many)];
    const all = (times: Return[]): number[] => times.map(({ allMs }) => allMs);
    return [
      { name: `all ${many}, bare Baileys`, unit: 'ms', values: all(ofMany.bare) },
      { name: `all ${many}, orchestrator`, unit: 'ms', values: all(ofMany.ours) },
      {
        ...{ name: `all ${many}, to bare`, unit: 'x', values: ratios(all(ofMany.ours), all(ofMany.bare)) },
        bound: { atMost: 1.3 },
      },
      {
        ...{ name: `the first of ${many}`, unit: 'ms', values: ofMany.ours.map(({ firstMs }) => firstMs) },
        bound: { atMost: 2_000 },
      },
      { name: `all ${few}, bare Baileys`, unit: 'ms', values: all(ofFew.bare) },
      { name: `all ${few}, orchestrator`, unit: 'ms', values: all(ofFew.ours), bound: { atMost: 4_000 } },
    ];
  },
};

/** Links accounts to bare Baileys, and keeps what it needs to come back. */
async function saveBare(ground: Ground, count: number, file: string): Promise<void> {
  await using bare = ground.bare();
  await ground.link(bare, count);
  await bare.save(file);
}

async function bareComesBack(ground: Ground, count: number, file: string): Promise<Return> {
  await ground.whatsapp.ask('forgetLogins', undefined);
  await using bare = ground.bare();
  const beginMs = await bare.resume(file, count);
  return since(beginMs, await ground.whatsapp.ask('logins', count));
}

async function comesBack(ground: Ground, ours: Orchestrator): Promise<Return> {
  await ground.whatsapp.ask('forgetLogins', undefined);
  const beginMs = sharedNowMs();
  await ours.restart('SIGKILL');
  const [logins] = await Promise.all([ground.whatsapp.ask('logins', ours.accounts.length), ours.rest.untilReady()]);
  return since(beginMs, logins);
}

function since(beginMs: number, logins: readonly number[]): Return {
  return { firstMs: Math.min(...logins) - beginMs, allMs: Math.max(...logins) - beginMs };
}
