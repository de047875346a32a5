import { join } from 'node:path';
import type { Bench, Size } from '../bench.ts';
import { TestBed } from '../parties/test-bed.ts';
import type { Orchestrator } from '../parties/orchestrator.ts';
import { sharedNowMs } from '../parties/usage.ts';
import { ratios } from '../statistics.ts';

interface RestartSize extends Size {
  /** The number of sessions of the first series. */
  few: number;
  /** The number of sessions of the second series. */
  many: number;
}

/** The time until the first and until the last login, in ms. */
interface Recovery {
  firstMs: number;
  allMs: number;
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
    const recover = async (count: number): Promise<Recoveries> => {
      await testBed.link(ours, count - ours.accounts.length);
      const times: Recoveries = { ours: [], bare: [] };
      for (let run = 0; run < task.runs; run += 1) {
        times.bare.push(await recoverBare(testBed, count, file));
        times.ours.push(await recoverOrchestrator(testBed, ours));
        task.log(`${count} sessions, run ${run + 1} of ${task.runs}`);
      }
      return times;
    };
    const [ofFew, ofMany] = [await recover(few), await recover(many)];
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

async function recoverOrchestrator(testBed: TestBed, ours: Orchestrator): Promise<Recovery> {
  await testBed.whatsapp.call('forgetLogins', undefined);
  const startMs = sharedNowMs();
  await ours.restart('SIGKILL');
  const [logins] = await Promise.all([testBed.whatsapp.call('logins', ours.accounts.length), ours.rest.untilReady()]);
  return since(startMs, logins);
}

function since(startMs: number, logins: readonly number[]): Recovery {
  return { firstMs: Math.min(...logins) - startMs, allMs: Math.max(...logins) - startMs };
}
