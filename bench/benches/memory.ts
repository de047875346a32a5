import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, Size } from '../bench.ts';
import { TestBed } from '../parties/test-bed.ts';
import { rssBytes } from '../parties/usage.ts';
import { ratios, slope } from '../statistics.ts';

interface MemorySize extends Size {
  from: number;
  to: number;
  /** How many sessions each step adds. */
  step: number;
  /** How long the process idles before its memory is read. */
  idleSeconds: number;
}

const MB = 1e6;

/** The number of sessions, and the resident memory of the process. */
type Point = readonly [sessions: number, bytes: number];

/** The bench `memory`; docs/performance.md describes it. */
export const memory: Bench<MemorySize> = {
  name: 'memory',
  measures: 'resident memory per idle session after a restart: the slope over several session counts',
  sizes: {
    full: { from: 50, to: 400, step: 175, idleSeconds: 20 },
    quick: { from: 2, to: 6, step: 4, idleSeconds: 1 },
  },
  async run(task) {
    const { from, to, step, idleSeconds } = task.size;
    await using testBed = await TestBed.open(task);
    const linked = testBed.bare();
    const ours = await testBed.orchestrator();
    const points = Array.from({ length: task.runs }, () => ({ ours: [] as Point[], bare: [] as Point[] }));
    const counts = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
    const file = (count: number): string => join(task.folder, `bare-${count}`);
    await testBed.link(linked, to);
    // One file per count: a process that has read the keys of all of them needs as much memory for few as for many.
    for (const count of counts) await linked.save(file(count), count);
    await linked[Symbol.asyncDispose]();
    for (const count of counts) {
      await testBed.link(ours, count - ours.accounts.length);
      for (const run of points) {
        await using bare = testBed.bare();
        await bare.resume(file(count), count);
        await ours.restart('SIGTERM');
        await ours.rest.untilReady();
        await testBed.whatsapp.call('untilOnline', 2 * count);
        await pause(idleSeconds * 1000);
        run.ours.push([count, await rssBytes(ours.pid)]);
        run.bare.push([count, await rssBytes(bare.pid)]);
      }
      task.log(`${count} sessions`);
    }
    const each = (who: 'ours' | 'bare'): number[] => points.map((run) => slope(run[who]) / MB);
    const total = points.map(({ ours: [...all] }) => (all.at(-1)?.[1] ?? NaN) / MB);
    return [
      { name: 'a session, bare Baileys', unit: 'MB', values: each('bare') },
      { name: 'a session, orchestrator', unit: 'MB', values: each('ours'), bound: { atMost: 0.15 } },
      { name: 'a session, to bare', unit: 'x', values: ratios(each('ours'), each('bare')), bound: { atMost: 1.15 } },
      { name: `the whole process with ${to}, orchestrator`, unit: 'MB', values: total, bound: { atMost: 250 } },
    ];
  },
};
