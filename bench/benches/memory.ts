import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Bench, type Size } from '../bench.ts';
import { Ground } from '../parties/test-bed.ts';
import { rssBytes } from '../parties/usage.ts';
import { ratios, slope } from '../statistics.ts';

interface MemorySize extends Size {
  from: number;
  to: number;
  /** How many more at each step. */
  step: number;
  /** How long nothing happens before the memory is read. */
  idleSeconds: number;
}

const MB = 1e6;

/** So many sessions, and the bytes that the process had then. */
type Point = readonly [sessions: number, bytes: number];

/** See docs/performance.md. */
export const memory: Bench<MemorySize> = {
  name: 'memory',
  measures: 'resident memory of an idle session that was resumed by a restart: the slope over several numbers of them',
  sizes: {
    full: { from: 50, to: 400, step: 175, idleSeconds: 20 },
    quick: { from: 2, to: 6, step: 4, idleSeconds: 1 },
  },
  async run(task) {
    const { from, to, step, idleSeconds } = task.size;
    await using ground = await Ground.open(task);
    const linked = ground.bare();
    const ours = await ground.orchestrator();
    const points = Array.from({ length: task.runs }, () => ({ ours: [] as Point[], bare: [] as Point[] }));
    const counts = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step);
    const file = (count: number): string => join(task.folder, `bare-${count}`);
    await ground.link(linked, to);
    // A file for each: with the keys of all of them read, few would take as much as many.
    for (const count of counts) await linked.save(file(count), count);
    await linked[Symbol.asyncDispose]();
    for (const count of counts) {
      await ground.link(ours, count - ours.accounts.length);
      for (const run of points) {
        await using bare = ground.bare();
        await bare.resume(file(count), count);
        await ours.restart('SIGTERM');
        await ours.rest.untilReady();
        await ground.whatsapp.ask('untilOnline', 2 * count);
        await pause(idleSeconds * 1000);
        run.ours.push([count, await rssBytes(ours.pid)]);
        run.bare.push([count, await rssBytes(bare.pid)]);
      }
      task.say(`${count} sessions`);
    }
    const each = (who: 'ours' | 'bare'): number[] => points.map((run) => slope(run[who]) / MB);
    const total = points.map(({ ours: [...all] }) => (all.at(-1)?.[1] ?? NaN) / MB);
    return [
      { name: 'a session, bare Baileys', unit: 'MB', values: each('bare') },
      { name: 'a session, orchestrator', unit: 'MB', values: each('ours'), bound: { atMost: 0.6 } },
      { name: 'a session, to bare', unit: 'x', values: ratios(each('ours'), each('bare')), bound: { atMost: 1.15 } },
      { name: `the whole process with ${to}, orchestrator`, unit: 'MB', values: total },
    ];
  },
};
