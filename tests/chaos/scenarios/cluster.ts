import { setTimeout as pause } from 'node:timers/promises';
import { clusterProblems } from '../cluster/checker.ts';
import { ClusterStage } from '../cluster/cluster-stage.ts';
import { FAULTS } from '../cluster/faults.ts';
import { IdempotentSends } from '../cluster/idempotent-sends.ts';
import { countUnheard } from '../cluster/sent-twice.ts';
import type { Dice } from '../dice.ts';
import { withoutRepeats } from '../ledger.ts';
import type { Scenario, Size } from '../scenario.ts';
import { Traffic } from '../traffic.ts';

interface ClusterSize extends Size {
  faults: number;
  sessions: number;
  /** `CLUSTER_LEASE`, in seconds. */
  lease: number;
  /** The longest pause between messages to a session. */
  pauseMs: number;
  /** The longest pause between messages from a session. */
  replyMs: number;
  /** The longest pause between faults. */
  lullMs: number;
  patienceMs: number;
  /** 1: a standby is not waited for, and messages are lost when it is promoted. */
  asynchronous: number;
  /** The number of a fault, from 1: only this one. */
  only: number;
}

const BASE = { asynchronous: 0, only: 0 };

/** See docs/chaos.md. */
export const cluster: Scenario<ClusterSize> = {
  name: 'cluster',
  proves:
    'Three nodes on one PostgreSQL lose, duplicate and reorder nothing, and never hold two connections of one account, whatever ends or stops a node or the database.',
  sizes: {
    short: { ...BASE, faults: 4, sessions: 3, lease: 2, pauseMs: 200, replyMs: 200, lullMs: 400, patienceMs: 20_000 },
    full: {
      ...BASE,
      faults: 40,
      sessions: 12,
      lease: 2,
      pauseMs: 500,
      replyMs: 500,
      lullMs: 3_000,
      patienceMs: 120_000,
    },
  },
  async run(size, dice) {
    await using stage = await ClusterStage.open({ accounts: size.sessions, lease: size.lease, isRelayed: true });
    stage.keep();
    const traffic = new Traffic(stage, dice.fork(), size.pauseMs);
    const sends = new IdempotentSends(stage, dice.fork(), size.replyMs);
    const done = await breakThings(stage, dice.fork(), size);
    await Promise.all([traffic.stop(), sends.stop()]);
    await stage.settle(size.patienceMs);
    const { accepted, ledger } = stage;
    const problems = [...(await clusterProblems(stage, sends)), ...(await sends.problems(size.patienceMs))];
    return { figure: figure(stage, sends, done), problems, evidence: { ledger, accepted } };
  },
};

/** Provokes one fault after the other: each kind once, then at random. Returns how often each has happened. */
async function breakThings(
  stage: ClusterStage,
  dice: Dice,
  { faults, lullMs, lease, asynchronous, only }: ClusterSize,
): Promise<Map<string, number>> {
  const all = Object.keys(FAULTS);
  const kinds = only > 0 ? all.slice(only - 1, only) : all;
  const options = { leaseMs: lease * 1_000, isAsynchronous: asynchronous > 0 };
  const done = new Map<string, number>();
  for (let count = 0; count < faults; count += 1) {
    await pause(dice.below(lullMs));
    const kind = kinds[count] ?? dice.pick(kinds);
    stage.diary.push({ what: kind, atMs: performance.now() });
    await FAULTS[kind]?.(stage, dice, options);
    done.set(kind, (done.get(kind) ?? 0) + 1);
  }
  return done;
}

function figure(stage: ClusterStage, sends: IdempotentSends, done: Map<string, number>): string {
  const { ledger, accepted, connections, exits, whatsapp } = stage;
  const repeats = accepted.length - withoutRepeats(accepted).length;
  const replaced = connections.logins.filter(({ replaces }) => replaces).length;
  const buried = exits.filter(({ code }) => code === 70).length;
  return [
    [...done].map(([kind, times]) => `${times} × ${kind}`).join(', '),
    `${ledger.count()} messages written, ${sends.count} sent back (${sends.acknowledged} acknowledged, ${countUnheard(stage)} left again)`,
    `${connections.logins.length} logins, ${replaced} of them while a frozen process held a line`,
    `${buried} processes buried, ${repeats} repeated webhook-ids, ${whatsapp.stats().retries} retries`,
  ].join('; ');
}
