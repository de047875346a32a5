import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, Figure, Size } from '../bench.ts';
import { TestBed } from '../parties/test-bed.ts';
import { jsonWhenThere } from '../parties/json-when-there.ts';
import type { Orchestrator } from '../parties/orchestrator.ts';
import { median } from '../statistics.ts';

interface SoakSize extends Size {
  sessions: number;
  seconds: number;
  /** Incoming texts per second. */
  perSecond: number;
  /** The number of samples. */
  looks: number;
}

/** What the process holds in memory and on disk. */
interface Resources {
  heapBytes: number;
  /** Active sockets, timers and the like. */
  handles: number;
  walBytes: number;
  databaseBytes: number;
}

const RESOURCES = new URL('../preload/resources.ts', import.meta.url);
const MB = 1e6;
/** The heap after garbage collection varies between samples; growth that matters exceeds this. */
const STEADY = 1.05;

/** The bench `soak`; docs/performance.md describes it. It ignores `runs`, since a single run takes long. */
export const soak: Bench<SoakSize> = {
  name: 'soak',
  measures:
    'growth under two-way traffic with dropped connections: the last third of the time relative to the middle third',
  sizes: {
    full: { sessions: 100, seconds: 1_200, perSecond: 20, looks: 30 },
    quick: { sessions: 3, seconds: 6, perSecond: 20, looks: 6 },
  },
  async run(task) {
    const { sessions, seconds, perSecond, looks } = task.size;
    await using testBed = await TestBed.open(task);
    const file = join(task.folder, 'resources');
    const ours = await testBed.orchestrator({
      args: [`--import=${RESOURCES.href}?${encodeURIComponent(file)}`],
    });
    await testBed.link(ours, sessions);
    await testBed.warmUp(ours, ours.accounts, sessions);
    const samples: Resources[] = [];
    const each = Math.ceil((seconds * perSecond) / looks);
    for (let sample = 0; sample < looks; sample += 1) {
      await mixedTraffic(testBed, ours, { count: each, perSecond });
      samples.push(await resources(ours, file));
      task.log(`sample ${sample + 1} of ${looks}: heap ${Math.round((samples.at(-1)?.heapBytes ?? 0) / MB)} MB`);
    }
    return figures(samples, ours.backend.arrivals.size);
  },
};

/**
 * Receives texts and answers one in ten, while one account in ten loses its connection. Resolves once every account is online
 * again.
 */
async function mixedTraffic(
  testBed: TestBed,
  ours: Orchestrator,
  { count, perSecond }: { count: number; perSecond: number },
): Promise<void> {
  const droppedAccounts = ours.accounts.filter((_, index) => index % 10 === Math.floor(Math.random() * 10));
  const seconds = count / perSecond;
  const drop = async (): Promise<void> => {
    for (const { number } of droppedAccounts) {
      await pause((seconds * 1000) / (droppedAccounts.length + 1));
      await testBed.whatsapp.call('cut', number);
    }
  };
  const answer = async (): Promise<void> => {
    const others = ours.accounts.filter((account) => !droppedAccounts.includes(account));
    for (let sent = 0; sent < count / 10; sent += 1) {
      const account = others[sent % others.length];
      if (account) await ours.send(account, 'an answer', 1);
      await pause((seconds * 1000) / (count / 10));
    }
  };
  await Promise.all([testBed.receive(ours, { accounts: ours.accounts, count, perSecond }), drop(), answer()]);
  await testBed.whatsapp.call('untilOnline', ours.accounts.length);
}

async function resources(ours: Orchestrator, file: string): Promise<Resources> {
  await rm(file, { force: true });
  process.kill(ours.pid, 'SIGHUP');
  const database = join(ours.authDir, 'orchestrator.db');
  const found = await jsonWhenThere<Pick<Resources, 'heapBytes' | 'handles'>>(file);
  const [{ size: databaseBytes }, { size: walBytes }] = await Promise.all([stat(database), stat(`${database}-wal`)]);
  return { ...found, databaseBytes, walBytes };
}

function figures(samples: readonly Resources[], messages: number): Figure[] {
  const third = Math.floor(samples.length / 3);
  const growth = (of: keyof Resources): number[] => {
    const part = (from: number, to?: number): number => median(samples.slice(from, to).map((sample) => sample[of]));
    return [part(-third) / part(third, -third)];
  };
  const written = (samples.at(-1)?.databaseBytes ?? NaN) - (samples[0]?.databaseBytes ?? NaN);
  const perMessage = written / (messages * ((samples.length - 1) / samples.length));
  return [
    { name: 'heap after collection', unit: 'x', values: growth('heapBytes'), bound: { atMost: STEADY } },
    { name: 'sockets, timers and the like', unit: 'x', values: growth('handles'), bound: { atMost: STEADY } },
    { name: 'write-ahead log', unit: 'x', values: growth('walBytes'), bound: { atMost: STEADY } },
    { name: 'heap at the end', unit: 'MB', values: [(samples.at(-1)?.heapBytes ?? NaN) / MB] },
    { name: 'database, for each message that it keeps', unit: 'kB', values: [perMessage / 1000] },
  ];
}
