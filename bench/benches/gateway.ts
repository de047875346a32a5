import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, BenchTask, Figure, Size } from '../bench.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { killed, receiverDown, type TrialSize } from '../gateway/trials.ts';
import { TestBed } from '../parties/test-bed.ts';
import { sharedNowMs } from '../parties/usage.ts';
import { percentile } from '../statistics.ts';

interface GatewaySize extends Size, TrialSize {
  sessions: number;
  /** Texts that are received as fast as they come, and before anything counts. */
  messages: number;
  warmUp: number;
  /** Texts that are sent one after another. */
  sent: number;
  /** For how long texts come at the pace of `perSecond`, for the latency. */
  seconds: number;
  /** How long a gateway idles before its memory is read. */
  idleSeconds: number;
}

/** The quantities, in the order of the table, each with its unit. */
const QUANTITIES = {
  'CPU per received text': 'ms',
  'wire to webhook, p50': 'ms',
  'wire to webhook, p99': 'ms',
  'CPU per sent text': 'ms',
  'answer to a sent text, p50': 'ms',
  'killed, until all are logged in': 'ms',
  'memory after that, idle': 'MB',
  'receiver was down: lost': '%',
  'receiver was down: repeated': '%',
  'receiver was down: out of order': '%',
  'gateway was killed: lost': '%',
  'gateway was killed: repeated': '%',
  'gateway was killed: out of order': '%',
} as const;

type Quantity = keyof typeof QUANTITIES;
type Measured = Partial<Record<Quantity, number>>;

/** A gateway, and what was measured of it: each run in parts. */
interface Contest {
  gateway: Gateway;
  values: Measured[];
}

/** What is measured: the parties, and the number of the run. */
interface Round {
  bed: TestBed;
  gateway: Gateway;
  size: GatewaySize;
  run: number;
}

/** The bench `gateway`; docs/performance.md describes it. */
export const gateway: Bench<GatewaySize> = {
  name: 'gateway',
  measures: 'any gateways through their adapters: cost, latency, restart, and what gets lost when something is down',
  sizes: {
    full: {
      ...{ sessions: 20, messages: 1_000, warmUp: 500, sent: 300, seconds: 10, idleSeconds: 10 },
      ...{ texts: 300, perSecond: 50, downSeconds: 10, kills: 5, patienceSeconds: 45 },
    },
    quick: {
      ...{ sessions: 3, messages: 60, warmUp: 15, sent: 10, seconds: 1, idleSeconds: 1 },
      ...{ texts: 30, perSecond: 30, downSeconds: 2, kills: 1, patienceSeconds: 20 },
    },
  },
  async run(task) {
    const { size, runs, gateways } = task;
    await using bed = await TestBed.open(task);
    const all: Contest[] = [];
    for (const installed of gateways) all.push({ gateway: await ready(bed, installed, size), values: [] });
    // The trials come last: what they leave behind, such as messages that are never acknowledged, belongs to no other figure.
    for (const [name, part] of Object.entries({ traffic: trafficOf, restart: recoveryOf, trials: trialsOf })) {
      for (let run = 0; run < runs; run += 1) {
        for (const { gateway, values } of all) {
          values.push(await part({ bed, gateway, size, run }));
          task.log(`${gateway.label}, ${name}, run ${run + 1} of ${runs}`);
        }
      }
    }
    return (Object.keys(QUANTITIES) as Quantity[]).flatMap((quantity) =>
      all.map(({ gateway: { label }, values }): Figure => {
        const each = values.flatMap((value) => value[quantity] ?? []);
        return { name: `${quantity}, ${label}`, unit: QUANTITIES[quantity], values: each };
      }),
    );
  },
};

async function ready(
  bed: TestBed,
  installed: BenchTask['gateways'][number],
  { sessions, warmUp }: GatewaySize,
): Promise<Gateway> {
  const started = await bed.gateway(installed);
  await bed.link(started, sessions);
  await bed.warmUp(started, started.accounts, warmUp);
  return started;
}

async function trafficOf({ bed, gateway, size }: Round): Promise<Measured> {
  const { messages, sent, seconds, perSecond } = size;
  const { accounts } = gateway;
  const [account] = accounts;
  if (!account) throw new Error('No account is linked.');
  const received = await bed.receive(gateway, { accounts, count: messages });
  const { delaysMs } = await bed.receive(gateway, { accounts, count: perSecond * seconds, perSecond });
  const sending = await bed.measured(gateway, () => gateway.send(account, 'text', sent));
  return {
    'CPU per received text': received.cpuMs,
    'wire to webhook, p50': percentile(delaysMs, 50),
    'wire to webhook, p99': percentile(delaysMs, 99),
    'CPU per sent text': sending.cpuMs / sent,
    'answer to a sent text, p50': percentile(sending.result, 50),
  };
}

async function recoveryOf({ bed, gateway, size }: Round): Promise<Measured> {
  await bed.whatsapp.call('forgetLogins', undefined);
  const startMs = sharedNowMs();
  await gateway.killAndStart();
  const [logins] = await Promise.all([bed.whatsapp.call('logins', size.sessions), gateway.untilReady()]);
  await pause(size.idleSeconds * 1000);
  return {
    'killed, until all are logged in': Math.max(...logins) - startMs,
    'memory after that, idle': (await gateway.rssBytes()) / 1e6,
  };
}

async function trialsOf({ bed, gateway, size, run }: Round): Promise<Measured> {
  const down = await receiverDown(bed, gateway, size, `down${run}`);
  const crash = await killed(bed, gateway, size, `kill${run}`);
  return {
    'receiver was down: lost': down.lost,
    'receiver was down: repeated': down.repeated,
    'receiver was down: out of order': down.disordered,
    'gateway was killed: lost': crash.lost,
    'gateway was killed: repeated': crash.repeated,
    'gateway was killed: out of order': crash.disordered,
  };
}
