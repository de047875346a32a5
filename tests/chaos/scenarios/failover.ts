import { bareLoginsMs } from '../cluster/bare-logins.ts';
import { clusterProblems } from '../cluster/checker.ts';
import { ClusterStage } from '../cluster/cluster-stage.ts';
import type { Scenario, Size } from '../scenario.ts';
import { Traffic } from '../traffic.ts';

interface FailoverSize extends Size {
  sessions: number;
  /** `CLUSTER_LEASE`, in seconds. */
  lease: number;
  /** The longest pause between messages to a session. */
  pauseMs: number;
  patienceMs: number;
  /** How long an orderly end may take until all its sessions are online elsewhere, unless bare Baileys needs longer. */
  handOverMs: number;
  /** How long the same may take after SIGKILL, in addition to the lease, unless bare Baileys needs longer. */
  overLeaseMs: number;
  /** Whether the logins of bare Baileys are measured: on a machine where they are slow, ours may be, too. */
  bare: 0 | 1;
}

/** See docs/chaos.md. */
export const failover: Scenario<FailoverSize> = {
  name: 'failover',
  proves:
    'All sessions of a node that ends in order, or is killed, are online elsewhere in time; nobody is told of it.',
  sizes: {
    short: { sessions: 6, lease: 1, pauseMs: 500, patienceMs: 20_000, handOverMs: 5_000, overLeaseMs: 5_000, bare: 0 },
    full: {
      sessions: 100,
      lease: 3,
      pauseMs: 20_000,
      patienceMs: 60_000,
      handOverMs: 1_000,
      overLeaseMs: 3_000,
      bare: 1,
    },
  },
  async run(size, dice) {
    await using stage = await ClusterStage.open({ accounts: size.sessions, lease: size.lease, linkedTo: 'a' });
    const traffic = new Traffic(stage, dice, size.pauseMs);
    const ended = await endOf(stage, 'a', 'SIGTERM', size);
    // All of them come together again on the last node.
    await endOf(stage, 'b', 'SIGTERM', size);
    await Promise.all([stage.start('a'), stage.start('b')]);
    const killed = await endOf(stage, 'c', 'SIGKILL', size);
    await traffic.stop();
    await stage.settle(size.patienceMs);
    const problems = await clusterProblems(stage);
    await Promise.all((['a', 'b'] as const).map((nodeId) => stage.end(nodeId, 'SIGTERM')));
    const bareMs = size.bare === 1 ? await bareLoginsMs(stage, size.sessions) : 0;
    const handOverMs = Math.max(size.handOverMs, bareMs);
    const failoverMs = size.lease * 1_000 + Math.max(size.overLeaseMs, bareMs);
    if (ended.ms > handOverMs) problems.push(`SIGTERM took ${Math.round(ended.ms)} ms`);
    if (killed.ms > failoverMs) problems.push(`SIGKILL took ${Math.round(killed.ms)} ms`);
    const { ledger, accepted } = stage;
    const bare = bareMs > 0 ? `; bare Baileys logs in as many after ${Math.round(bareMs)} ms` : '';
    const figure = `SIGTERM: ${ended.figure}; SIGKILL, lease ${size.lease} s: ${killed.figure}${bare}; ${ledger.count()} messages written`;
    return { figure, problems, evidence: { ledger, accepted } };
  },
};

/** Ends a node; measures the time until all its sessions are online elsewhere, and how long each had no connection. */
async function endOf(
  stage: ClusterStage,
  nodeId: string,
  signal: 'SIGTERM' | 'SIGKILL',
  { patienceMs }: FailoverSize,
): Promise<{ ms: number; figure: string }> {
  const accounts = await stage.accountsOf(nodeId);
  const sinceMs = performance.now();
  const ending = stage.end(nodeId, signal);
  const ms = await stage.untilOnlineAgain(accounts, sinceMs, patienceMs);
  await ending;
  const gaps = stage.connections.gapsSince(sinceMs).sort((a, b) => a - b);
  const at = (part: number): number => Math.round(gaps[Math.floor(part * (gaps.length - 1))] ?? NaN);
  const gap = `without a connection p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
  return { ms, figure: `${accounts.length} sessions online elsewhere after ${Math.round(ms)} ms, ${gap}` };
}
