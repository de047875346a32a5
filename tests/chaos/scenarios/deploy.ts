import { clusterProblems } from '../cluster/checker.ts';
import { ClusterStage, NODE_IDS } from '../cluster/cluster-stage.ts';
import { IdempotentSends } from '../cluster/idempotent-sends.ts';
import { NEWER_VERSION, newerVersion } from '../newer-version.ts';
import type { Scenario, Size } from '../scenario.ts';
import { Traffic } from '../traffic.ts';

interface DeploySize extends Size {
  sessions: number;
  /** `CLUSTER_LEASE`, in seconds. */
  lease: number;
  /** The longest pause between messages to a session. */
  pauseMs: number;
  /** The longest pause between messages from a session. */
  replyMs: number;
  patienceMs: number;
}

/** The owner that a session got. */
interface Move {
  session: string;
  owner: string;
}

/** See docs/chaos.md. */
export const deploy: Scenario<DeploySize> = {
  name: 'deploy',
  proves:
    'Nodes are replaced by those of the next version, one by one and under load: nothing is lost, nobody is told, and each session moves once.',
  sizes: {
    short: { sessions: 6, lease: 3, pauseMs: 300, replyMs: 300, patienceMs: 20_000 },
    full: { sessions: 60, lease: 5, pauseMs: 2_000, replyMs: 2_000, patienceMs: 60_000 },
  },
  async run(size, dice) {
    await using stage = await ClusterStage.open({ accounts: size.sessions, lease: size.lease });
    const traffic = new Traffic(stage, dice.fork(), size.pauseMs);
    const sends = new IdempotentSends(stage, dice.fork(), size.replyMs);
    const before = await lastMove(stage);
    const beganMs = performance.now();
    for (const old of NODE_IDS) await replace(stage, old, size.patienceMs);
    const tookMs = Math.round(performance.now() - beganMs);
    await Promise.all([traffic.stop(), sends.stop()]);
    await stage.settle(size.patienceMs);
    const moves = await movesAfter(stage, before);
    const problems = [
      ...(await clusterProblems(stage, sends)),
      ...(await sends.problems(size.patienceMs)),
      ...detours(stage, moves),
      ...(await wrongVersions(stage)),
    ];
    const { ledger, accepted, connections } = stage;
    const gaps = connections.gapsSince(beganMs).sort((a, b) => a - b);
    const figure = [
      `3 nodes replaced in ${tookMs} ms, ${moves.length} moves of ${size.sessions} sessions`,
      `without a connection p50 ${Math.round(gaps[gaps.length >> 1] ?? NaN)} ms, at most ${Math.round(gaps.at(-1) ?? NaN)} ms`,
      `${ledger.count()} messages written, ${sends.count} sent back`,
      `requests repeated after ${[...sends.repeated].map(([what, times]) => `${what}: ${times}`).join(', ') || 'nothing'}`,
    ].join('; ');
    return { figure, problems, evidence: { ledger, accepted } };
  },
};

/** As a Deployment does it: the successor first; when it is ready, the old one gets SIGTERM. */
async function replace(stage: ClusterStage, old: string, patienceMs: number): Promise<void> {
  const successor = successorOf(old);
  await stage.start(successor, newerVersion());
  stage.serving = [...stage.serving, successor];
  const accounts = await stage.accountsOf(old);
  const sinceMs = performance.now();
  const ending = stage.end(old, 'SIGTERM');
  await stage.untilOnlineAgain(accounts, sinceMs, patienceMs);
  await ending;
  stage.serving = stage.serving.filter((nodeId) => nodeId !== old);
}

function successorOf(nodeId: string): string {
  return `${nodeId}-next`;
}

async function lastMove({ database }: ClusterStage): Promise<number> {
  const { rows } = await database.pool.query<{ at: number }>('SELECT max(at) AS at FROM seen_epochs');
  return rows[0]?.at ?? 0;
}

async function movesAfter({ database }: ClusterStage, at: number): Promise<Move[]> {
  const { rows } = await database.pool.query<Move>(
    'SELECT session_id AS session, owner FROM seen_epochs WHERE at > $1 AND owner IS NOT NULL ORDER BY at',
    [at],
  );
  return rows;
}

/** Each session moves once, and to a node of the newest version. */
function detours({ accounts }: ClusterStage, moves: readonly Move[]): string[] {
  const newest = NODE_IDS.map(successorOf);
  return accounts.flatMap(({ sessionId }) => {
    const owners = moves.filter(({ session }) => session === sessionId).map(({ owner }) => owner);
    const isDirect = owners.length === 1 && newest.includes(owners[0]!);
    return isDirect ? [] : [`${sessionId}: its owners were ${owners.join(', ') || 'not changed'}`];
  });
}

/** Without it the scenario would prove nothing. */
async function wrongVersions({ database }: ClusterStage): Promise<string[]> {
  const { rows } = await database.pool.query<{ nodeId: string; version: string }>(
    'SELECT node_id AS "nodeId", version FROM nodes WHERE NOT dead',
  );
  const wrong = rows.filter(({ version }) => version !== NEWER_VERSION);
  return wrong.map(({ nodeId, version }) => `at the end there is node ${nodeId} of version ${version}`);
}
