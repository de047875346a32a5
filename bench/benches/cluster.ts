import { dirname, join } from 'node:path';
import type { Bench, BenchTask, Figure, Size } from '../bench.ts';
import type { Bare } from '../parties/bare.ts';
import type { Cluster } from '../parties/cluster.ts';
import { PostgresServer } from '../parties/postgres-server.ts';
import { TestBed } from '../parties/test-bed.ts';
import { sharedNowMs } from '../parties/usage.ts';
import { differences, percentile, ratios } from '../statistics.ts';

interface ClusterSize extends Size {
  /** Sessions of the one node, and of the three together. */
  sessions: number;
  perSecond: number;
  seconds: number;
  /** Texts sent to a node directly, and as many by another. */
  sends: number;
  warmUp: number;
}

/** One value for each run. */
interface Runs {
  oneMs: number[];
  threeMs: number[];
  direct: Sends[];
  forwarded: Sends[];
  bareMs: number[];
  handOvers: HandOver[];
}

interface Sends {
  cpuMs: number;
  durationsMs: number[];
}

/** The end of a node with all sessions. */
interface HandOver {
  /** From SIGTERM until the last session receives elsewhere. */
  allMs: number;
  /** How long each session had no connection. */
  gapsMs: number[];
}

const NODES = 3;
const BARE_PROCESSES = NODES - 1;

/** The bench `cluster`; docs/performance.md describes it. */
export const cluster: Bench<ClusterSize> = {
  name: 'cluster',
  measures:
    'three nodes beside one: CPU of a received text and of a forwarded send, and the hand-over of all sessions of a node',
  sizes: {
    full: { sessions: 99, perSecond: 300, seconds: 10, sends: 300, warmUp: 2_000 },
    quick: { sessions: 3, perSecond: 50, seconds: 1, sends: 5, warmUp: 20 },
  },
  async run(task) {
    const { sessions, warmUp } = task.size;
    await using server = await PostgresServer.start(dirname(task.folder));
    await using testBed = await TestBed.open(task);
    const files = await saveBare(testBed, task);
    const one = await testBed.cluster(1, await server.newDatabase());
    const three = await testBed.cluster(NODES, await server.newDatabase());
    for (const contestant of [one, three]) {
      await testBed.link(contestant, sessions);
      await testBed.warmUp(contestant, contestant.accounts, warmUp);
    }
    const runs: Runs = { oneMs: [], threeMs: [], direct: [], forwarded: [], bareMs: [], handOvers: [] };
    for (let run = 0; run < task.runs; run += 1) {
      await measureTexts(testBed, { one, three, size: task.size }, runs);
      task.log(`texts, run ${run + 1} of ${task.runs}`);
    }
    // From here on, only the sessions that move are online.
    await Promise.all(three.nodes.map((node) => node.stop()));
    await one.grow(NODES - 1);
    for (let run = 0; run < task.runs; run += 1) {
      runs.bareMs.push(await recoverBare(testBed, files, sessions));
      runs.handOvers.push(await handOver(testBed, one, sessions));
      task.log(`hand-over, run ${run + 1} of ${task.runs}`);
    }
    return [...costs(runs), ...gaps(runs, sessions)];
  },
};

/** Links accounts to bare Baileys, and saves what its processes need to log in again. */
async function saveBare(testBed: TestBed, { size, folder }: BenchTask<ClusterSize>): Promise<string[]> {
  const files = Array.from({ length: BARE_PROCESSES }, (_, index) => join(folder, `bare-${index}`));
  for (const file of files) {
    await using bare = testBed.bare();
    await testBed.link(bare, Math.ceil(size.sessions / BARE_PROCESSES));
    await bare.save(file);
  }
  return files;
}

async function measureTexts(
  testBed: TestBed,
  { one, three, size }: { one: Cluster; three: Cluster; size: ClusterSize },
  runs: Runs,
): Promise<void> {
  const { perSecond, seconds, sends } = size;
  const traffic = { count: perSecond * seconds, perSecond };
  runs.oneMs.push((await testBed.receive(one, { accounts: one.accounts, ...traffic })).cpuMs);
  runs.threeMs.push((await testBed.receive(three, { accounts: three.accounts, ...traffic })).cpuMs);
  const [account] = three.accounts;
  if (!account) throw new RangeError('There are no accounts.');
  const measured = async (send: () => Promise<number[]>): Promise<Sends> => {
    const { cpuMs, result: durationsMs } = await testBed.measured(three, send);
    return { cpuMs: cpuMs / sends, durationsMs };
  };
  runs.direct.push(await measured(() => three.send(account, 'direct', sends)));
  runs.forwarded.push(await measured(() => three.sendByAnother(account, 'forwarded', sends)));
}

/** Bare Baileys logs in as many clients as the node has sessions, in as many processes as take them over. */
async function recoverBare(testBed: TestBed, files: readonly string[], sessions: number): Promise<number> {
  const processes: Bare[] = files.map(() => testBed.bare());
  try {
    await Promise.all(processes.map((bare) => bare.arrivals()));
    await testBed.whatsapp.call('forgetLogins', undefined);
    const each = Math.ceil(sessions / files.length);
    const starts = await Promise.all(processes.map((bare, index) => bare.resume(files[index] ?? '', each)));
    return Math.max(...(await testBed.whatsapp.call('logins', each * files.length))) - Math.min(...starts);
  } finally {
    await Promise.all(processes.map((bare) => bare[Symbol.asyncDispose]()));
  }
}

/** Ends the first node, which has all sessions; afterwards it has them again. */
async function handOver(testBed: TestBed, { nodes }: Cluster, sessions: number): Promise<HandOver> {
  const { whatsapp } = testBed;
  const [first, second, third] = nodes;
  if (!first || !second || !third) throw new RangeError('There are too few nodes.');
  await whatsapp.call('forgetLogins', undefined);
  const startMs = sharedNowMs();
  const [logins] = await Promise.all([whatsapp.call('logins', sessions), first.stop()]);
  const gapsMs = await whatsapp.call('gaps', undefined);
  await first.restart('SIGTERM');
  await first.rest.untilReady();
  for (const other of [second, third]) {
    await other.stop();
    await whatsapp.call('untilOnline', sessions);
  }
  for (const other of [second, third]) {
    await other.restart('SIGTERM');
    await other.rest.untilReady();
  }
  return { allMs: Math.max(...logins) - startMs, gapsMs: gapsMs.slice(0, sessions) };
}

function costs({ oneMs, threeMs, direct, forwarded }: Runs): Figure[] {
  const cpu = (sends: readonly Sends[]) => sends.map(({ cpuMs }) => cpuMs);
  const p50 = (sends: readonly Sends[]) => sends.map(({ durationsMs }) => percentile(durationsMs, 50));
  return [
    { name: 'a text received, one node', unit: 'ms', values: oneMs },
    { name: 'a text received, three nodes', unit: 'ms', values: threeMs },
    { name: 'three nodes to one', unit: 'x', values: ratios(threeMs, oneMs), bound: { atMost: 1.3 } },
    { name: 'a text sent, direct', unit: 'ms', values: cpu(direct) },
    { name: 'a text sent, forwarded', unit: 'ms', values: cpu(forwarded) },
    {
      ...{ name: 'forwarded to direct', unit: 'x', values: ratios(cpu(forwarded), cpu(direct)) },
      bound: { atMost: 1.1 },
    },
    { name: 'until acknowledged, p50, direct', unit: 'ms', values: p50(direct) },
    {
      ...{ name: 'forwarded, above', unit: 'ms', values: differences(p50(forwarded), p50(direct)) },
      bound: { atMost: 2 },
    },
  ];
}

function gaps({ bareMs, handOvers }: Runs, sessions: number): Figure[] {
  const all = handOvers.map(({ allMs }) => allMs);
  const at = (percent: number) => handOvers.map(({ gapsMs }) => percentile(gapsMs, percent));
  return [
    { name: `${sessions} logins, bare Baileys`, unit: 'ms', values: bareMs },
    { name: `hand-over of ${sessions}`, unit: 'ms', values: all },
    { name: 'hand-over to bare', unit: 'x', values: ratios(all, bareMs), bound: { atMost: 1 } },
    { name: 'without a connection, p50', unit: 'ms', values: at(50), bound: { atMost: 500 } },
    { name: 'without a connection, p99', unit: 'ms', values: at(99), bound: { atMost: 3_000 } },
  ];
}
