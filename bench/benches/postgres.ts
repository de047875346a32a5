import { dirname } from 'node:path';
import type { Bench, Figure, Size } from '../bench.ts';
import type { Orchestrator } from '../parties/orchestrator.ts';
import { PostgresServer } from '../parties/postgres-server.ts';
import { type Reception, TestBed, type Traffic } from '../parties/test-bed.ts';
import { differences, percentile, ratios } from '../statistics.ts';

interface PostgresSize extends Size {
  sessions: number;
  /** Texts as fast as they come. */
  messages: number;
  /** Texts a second, at a pace that leaves room. */
  perSecond: number;
  seconds: number;
  /** Texts that come alone, ten a second. */
  alone: number;
  warmUp: number;
}

/** What one run measures: each kind of traffic on SQLite, and on PostgreSQL with the CPU of its server per text. */
interface Runs {
  sqlite: Reception[];
  postgres: Reception[];
  serverMs: number[];
}

/** Texts that come alone: none shares a transaction with another. */
const ALONE_PER_SECOND = 10;

/** The bench `postgres`; docs/performance.md describes it. */
export const postgres: Bench<PostgresSize> = {
  name: 'postgres',
  measures: 'received texts on PostgreSQL, beside the same on SQLite: CPU of the process and of the server, latency',
  sizes: {
    full: { sessions: 30, messages: 3_000, perSecond: 300, seconds: 10, alone: 100, warmUp: 2_000 },
    quick: { sessions: 2, messages: 60, perSecond: 50, seconds: 1, alone: 5, warmUp: 20 },
  },
  async run(task) {
    const { sessions, messages, perSecond, seconds, alone, warmUp } = task.size;
    await using server = await PostgresServer.start(dirname(task.folder));
    await using testBed = await TestBed.open(task);
    const onSqlite = await testBed.orchestrator();
    const databaseUrl = await server.newDatabase();
    const onPostgres = await testBed.orchestrator({
      settings: { DATABASE_URL: databaseUrl, DATABASE_DURABILITY: 'single' },
    });
    for (const contestant of [onSqlite, onPostgres]) {
      await testBed.link(contestant, sessions);
      await testBed.warmUp(contestant, contestant.accounts, warmUp);
    }
    const both = { testBed, server, onSqlite, onPostgres };
    const [fast, paced, single] = [newRuns(), newRuns(), newRuns()];
    for (let run = 0; run < task.runs; run += 1) {
      await measure(both, { count: messages }, fast);
      await measure(both, { count: perSecond * seconds, perSecond }, paced);
      await server.tidyUp(databaseUrl);
      await measure(both, { count: alone, perSecond: ALONE_PER_SECOND }, single);
      task.log(`run ${run + 1} of ${task.runs}`);
    }
    return [
      ...costs('at full speed', fast, { node: 1.15, server: 1 }),
      ...speeds(fast),
      ...costs(`at ${perSecond} a second`, paced),
      ...delays(`at ${perSecond} a second`, paced),
      ...costs('alone', single, { server: 3.5 }),
    ];
  },
};

/** The two orchestrators, and what they run on. */
interface Both {
  testBed: TestBed;
  server: PostgresServer;
  onSqlite: Orchestrator;
  onPostgres: Orchestrator;
}

function newRuns(): Runs {
  return { sqlite: [], postgres: [], serverMs: [] };
}

async function measure(
  { testBed, server, ...both }: Both,
  traffic: Omit<Traffic, 'accounts'>,
  runs: Runs,
): Promise<void> {
  const { onSqlite, onPostgres } = both;
  runs.sqlite.push(await testBed.receive(onSqlite, { accounts: onSqlite.accounts, ...traffic }));
  const beforeMs = await server.cpuMs();
  runs.postgres.push(await testBed.receive(onPostgres, { accounts: onPostgres.accounts, ...traffic }));
  runs.serverMs.push(((await server.cpuMs()) - beforeMs) / traffic.count);
}

function costs(when: string, runs: Runs, bounds: { node?: number; server?: number } = {}): Figure[] {
  const [sqlite, onPostgres] = [runs.sqlite, runs.postgres].map((all) => all.map(({ cpuMs }) => cpuMs)) as [
    number[],
    number[],
  ];
  return [
    { name: `${when}, SQLite`, unit: 'ms', values: sqlite },
    { name: `${when}, PostgreSQL`, unit: 'ms', values: onPostgres },
    { name: `${when}, to SQLite`, unit: 'x', values: ratios(onPostgres, sqlite), ...atMost(bounds.node) },
    { name: `${when}, its server`, unit: 'ms', values: runs.serverMs, ...atMost(bounds.server) },
  ];
}

function speeds(runs: Runs): Figure[] {
  return [
    { name: 'throughput, SQLite', unit: '/s', values: runs.sqlite.map(({ perSecond }) => perSecond) },
    { name: 'throughput, PostgreSQL', unit: '/s', values: runs.postgres.map(({ perSecond }) => perSecond) },
  ];
}

function delays(when: string, runs: Runs): Figure[] {
  const at = (all: readonly Reception[], percent: number) => all.map(({ delaysMs }) => percentile(delaysMs, percent));
  return [50, 99].flatMap((percent) => {
    const [sqlite, onPostgres] = [at(runs.sqlite, percent), at(runs.postgres, percent)];
    return [
      { name: `${when}, p${percent}, SQLite`, unit: 'ms', values: sqlite },
      {
        ...{ name: `${when}, p${percent}, above`, unit: 'ms', values: differences(onPostgres, sqlite) },
        ...atMost(percent === 50 ? 10 : undefined),
      },
    ];
  });
}

function atMost(bound: number | undefined): Pick<Figure, 'bound'> {
  return bound === undefined ? {} : { bound: { atMost: bound } };
}
