import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Bench, type Figure, type Size } from '../bench.ts';
import { Ground } from '../parties/test-bed.ts';
import { type Orchestrator } from '../parties/orchestrator.ts';
import { median } from '../statistics.ts';

interface SoakSize extends Size {
  sessions: number;
  seconds: number;
  /** Texts a second that come. */
  perSecond: number;
  /** How often the process is looked at. */
  looks: number;
}

/** What the process has, and what it left on the disk. */
interface Holdings {
  heapBytes: number;
  /** Sockets, timers and the like. */
  handles: number;
  walBytes: number;
  databaseBytes: number;
}

const HOLDINGS = new URL('../preload/holdings.ts', import.meta.url);
const LOOK_AGAIN_MS = 50;
const MB = 1e6;
/** A heap after collection is never twice the same; growth that matters adds up to more. */
const STEADY = 1.05;

/** See docs/performance.md. One run alone is long, so `runs` does not count. */
export const soak: Bench<SoakSize> = {
  name: 'soak',
  measures: 'what grows under traffic in both directions with lost lines: the last third of the time to the middle one',
  sizes: {
    full: { sessions: 100, seconds: 1_200, perSecond: 20, looks: 30 },
    quick: { sessions: 3, seconds: 6, perSecond: 20, looks: 6 },
  },
  async run(task) {
    const { sessions, seconds, perSecond, looks } = task.size;
    await using ground = await Ground.open(task);
    const file = join(task.folder, 'holdings');
    const ours = await ground.orchestrator([`--import=${HOLDINGS.href}?${encodeURIComponent(file)}`]);
    await ground.link(ours, sessions);
    await ground.acquaint(ours, ours.accounts, sessions);
    const seen: Holdings[] = [];
    const each = Math.ceil((seconds * perSecond) / looks);
    for (let look = 0; look < looks; look += 1) {
      await mixedTraffic(ground, ours, { count: each, perSecond });
      seen.push(await holdings(ours, file));
      task.say(`look ${look + 1} of ${looks}: heap ${Math.round((seen.at(-1)?.heapBytes ?? 0) / MB)} MB`);
    }
    return figures(seen, ours.backend.arrivals.size);
  },
};

/** Texts come, one in ten is answered, and one account in ten loses its line meanwhile; resolves when everybody is there again. */
async function mixedTraffic(
  ground: Ground,
  ours: Orchestrator,
  { count, perSecond }: { count: number; perSecond: number },
): Promise<void> {
  const losers = ours.accounts.filter((_, index) => index % 10 === Math.floor(Math.random() * 10));
  const seconds = count / perSecond;
  const lose = async (): Promise<void> => {
    for (const { number } of losers) {
      await pause((seconds * 1000) / (losers.length + 1));
      await ground.whatsapp.ask('cut', number);
    }
  };
  const answer = async (): Promise<void> => {
    const staying = ours.accounts.filter((account) => !losers.includes(account));
    for (let sent = 0; sent < count / 10; sent += 1) {
      const account = staying[sent % staying.length];
      if (account) await ours.send(account, 'an answer', 1);
      await pause((seconds * 1000) / (count / 10));
    }
  };
  await Promise.all([ground.receive(ours, { accounts: ours.accounts, count, perSecond }), lose(), answer()]);
  await ground.whatsapp.ask('untilOnline', ours.accounts.length);
}

async function holdings(ours: Orchestrator, file: string): Promise<Holdings> {
  await rm(file, { force: true });
  process.kill(ours.pid, 'SIGHUP');
  const database = join(ours.authDir, 'orchestrator.db');
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) {
      await pause(LOOK_AGAIN_MS);
      continue;
    }
    const [{ size: databaseBytes }, { size: walBytes }] = await Promise.all([stat(database), stat(`${database}-wal`)]);
    return { ...(JSON.parse(text) as Pick<Holdings, 'heapBytes' | 'handles'>), databaseBytes, walBytes };
  }
}

function figures(seen: readonly Holdings[], messages: number): Figure[] {
  const third = Math.floor(seen.length / 3);
  const growth = (of: keyof Holdings): number[] => {
    const part = (from: number, to?: number): number => median(seen.slice(from, to).map((holding) => holding[of]));
    return [part(-third) / part(third, -third)];
  };
  const written = (seen.at(-1)?.databaseBytes ?? NaN) - (seen[0]?.databaseBytes ?? NaN);
  const perMessage = written / (messages * ((seen.length - 1) / seen.length));
  return [
    { name: 'heap after collection', unit: 'x', values: growth('heapBytes'), bound: { atMost: STEADY } },
    { name: 'sockets, timers and the like', unit: 'x', values: growth('handles'), bound: { atMost: STEADY } },
    { name: 'write-ahead log', unit: 'x', values: growth('walBytes'), bound: { atMost: STEADY } },
    { name: 'heap at the end', unit: 'MB', values: [(seen.at(-1)?.heapBytes ?? NaN) / MB] },
    { name: 'database, for each message that it keeps', unit: 'kB', values: [perMessage / 1000] },
  ];
}
