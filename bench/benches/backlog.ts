import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, BenchTask, Figure, Size } from '../bench.ts';
import { fillBacklog } from '../parties/backlog.ts';
import { TestBed } from '../parties/test-bed.ts';
import type { Orchestrator } from '../parties/orchestrator.ts';
import { rssBytes, sharedNowMs } from '../parties/usage.ts';

interface BacklogSize extends Size {
  callbacks: number;
  sessions: number;
  /** How many of them are delivered in each run. */
  drained: number;
  idleSeconds: number;
}

const MB = 1e6;

/** The bench `backlog`; docs/performance.md describes it. */
export const backlog: Bench<BacklogSize> = {
  name: 'backlog',
  measures: 'start-up with undelivered callbacks, memory while the backend is down, and the delivery rate afterwards',
  sizes: {
    full: { callbacks: 100_000, sessions: 200, drained: 20_000, idleSeconds: 10 },
    quick: { callbacks: 500, sessions: 5, drained: 200, idleSeconds: 1 },
  },
  async run(task) {
    const { drained, idleSeconds } = task.size;
    await using testBed = await TestBed.open(task);
    const ours = await testBed.orchestrator();
    await pause(idleSeconds * 1000);
    const emptyBytes = await rssBytes(ours.pid);
    await ours.stop();
    await fillBacklog(ours.authDir, task.size);
    const starts: number[] = [];
    const grown: number[] = [];
    const rates: number[] = [];
    for (let run = 0; run < task.runs; run += 1) {
      ours.backend.isHealthy = false;
      starts.push(await start(ours));
      await pause(idleSeconds * 1000);
      grown.push(((await rssBytes(ours.pid)) - emptyBytes) / MB);
      await ours.stop();
      rates.push(await drain(ours, drained));
      await fillBacklog(ours.authDir, { ...task.size, callbacks: drained });
      task.log(`run ${run + 1} of ${task.runs}`);
    }
    return figures(task, { starts, grown, rates });
  },
};

function figures(
  { size }: BenchTask<BacklogSize>,
  { starts, grown, rates }: Record<'starts' | 'grown' | 'rates', number[]>,
): Figure[] {
  const callbackCount = size.callbacks.toLocaleString('en');
  return [
    { name: `start with ${callbackCount} callbacks`, unit: 'ms', values: starts, bound: { atMost: 5_000 } },
    { name: 'memory above that without a backlog', unit: 'MB', values: grown, bound: { atMost: 60 } },
    { name: 'delivered', unit: '/s', values: rates, bound: { atLeast: 500 } },
  ];
}

async function start(ours: Orchestrator): Promise<number> {
  const startMs = sharedNowMs();
  await ours.restart('SIGTERM');
  await ours.rest.untilReady();
  return sharedNowMs() - startMs;
}

/** The delivery rate in callbacks per second, from the first of `count` to the last. */
async function drain(ours: Orchestrator, count: number): Promise<number> {
  const { backend } = ours;
  backend.isHealthy = true;
  const before = backend.accepted;
  await start(ours);
  await backend.until(() => backend.accepted > before);
  const [startMs, first] = [sharedNowMs(), backend.accepted];
  await backend.until(() => backend.accepted >= before + count);
  const rate = ((backend.accepted - first) * 1000) / (sharedNowMs() - startMs);
  await ours.stop();
  return rate;
}
