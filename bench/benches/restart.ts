import { join } from 'node:path';
import type { Bench, Size } from '../bench.ts';
import { TestBed } from '../parties/test-bed.ts';
import { recover, type Recovery, since } from '../parties/recovery.ts';
import { ratios } from '../statistics.ts';

interface RestartSize extends Size {
  /** The number of sessions of the first series. */
  few: number;
  /** The number of sessions of the second series. */
  many: number;
}

/** Recoveries of the same sessions, one per run. */
interface Recoveries {
  ours: Recovery[];
  bare: Recovery[];
}

/** The bench `restart`; docs/performance.md describes it. */
export const restart: Bench<RestartSize> = {
  name: 'restart',
  measures:
    'time from a SIGKILL until every session is logged in again; bare Baileys starts with its keys already in memory',
  sizes: { full: { few: 100, many: 300 }, quick: { few: 2, many: 4 } },
  async run(task) {
    const { few, many } = task.size;
    await using testBed = await TestBed.open(task);
    const file = join(task.folder, 'bare');
    await saveBare(testBed, many, file);
    const ours = await testBed.orchestrator();
    const recoverBoth = async (count: number): Promise<Recoveries> => {
      await testBed.link(ours, count - ours.accounts.length);
      const times: Recoveries = { ours: [], bare: [] };
      for (let run = 0; run < task.runs; run += 1) {
        times.bare.push(await recoverBare(testBed, count, file));
        times.ours.push(await recover(testBed, ours, 'SIGKILL'));
        task.log(`${count} sessions, run ${run + 1} of ${task.runs}`);
      }
      return times;
    };
    const [ofFew, ofMany] = [await recoverBoth(few), await recoverBoth(many)];
    const all = (times: Recovery[]): number[] => times.map(({ allMs }) => allMs);
    return [
      { name: `all ${many}, bare Baileys`, unit: 'ms', values: all(ofMany.bare) },
      { name: `all ${many}, orchestrator`, unit: 'ms', values: all(ofMany.ours) },
      {
        ...{ name: `all ${many}, to bare`, unit: 'x', values: ratios(all(ofMany.ours), all(ofMany.bare)) },
        bound: { atMost: 1 },
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

/** Links accounts to bare Baileys, and saves the credentials and keys for its recovery. */
async function saveBare(testBed: TestBed, count: number, file: string): Promise<void> {
  await using bare = testBed.bare();
  await testBed.link(bare, count);
  await bare.save(file);
}

async function recoverBare(testBed: TestBed, count: number, file: string): Promise<Recovery> {
  await testBed.whatsapp.call('forgetLogins', undefined);
  await using bare = testBed.bare();
  const startMs = await bare.resume(file, count);
  return since(startMs, await testBed.whatsapp.call('logins', count));
}
