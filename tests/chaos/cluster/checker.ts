import type { ClusterStage } from './cluster-stage.ts';
import type { Login } from './connection-log.ts';
import type { IdempotentSends } from './idempotent-sends.ts';
import { sentTwice } from './sent-twice.ts';

/** What PostgreSQL noted about one change of an owner. */
interface SeenEpoch {
  session: string;
  epoch: number;
  owner: string | null;
}

/** A write of a connection that was not the owner's. */
interface Stray {
  session: string;
  what: string;
  owner: string | null;
  writer: string;
}

/** All broken promises of a cluster, in words: see section "cluster" of docs/chaos.md. */
export async function clusterProblems(
  stage: ClusterStage,
  sends?: Pick<IdempotentSends, 'answeredMs'>,
): Promise<string[]> {
  const { database, ledger, accepted, connections } = stage;
  const { rows: epochs } = await database.pool.query<SeenEpoch>(
    'SELECT session_id AS session, epoch::int, owner FROM seen_epochs ORDER BY at',
  );
  const { rows: strays } = await database.pool.query<Stray>(
    'SELECT session_id AS session, what, owner, writer FROM strays',
  );
  return [
    ...ledger.compare(accepted),
    ...fallingEpochs(epochs),
    ...strays.map(({ session, what, owner, writer }) => `${session}: ${writer} wrote ${what}, but ${owner} owns it`),
    ...connections.logins.flatMap((login) => overlap(stage, login)),
    ...sentTwice(stage, sends?.answeredMs),
    ...disconnected(stage),
    ...badEnds(stage),
    ...stage.whatsapp.stats().errors.map((error) => `the simulator reports: ${error}`),
  ];
}

/** Each owner has an epoch of its own, higher than those before. */
function fallingEpochs(epochs: readonly SeenEpoch[]): string[] {
  return [...Map.groupBy(epochs, ({ session }) => session)].flatMap(([session, seen]) =>
    seen.slice(1).flatMap(({ epoch, owner }, index) => {
      const { epoch: before } = seen[index]!;
      const falls = epoch < before || (epoch === before && owner !== null);
      return falls ? [`${session}: epoch ${epoch} of ${owner ?? 'nobody'} follows epoch ${before}`] : [];
    }),
  );
}

/** Two lines of the same credentials: only while a process was frozen, whose line WhatsApp ends. */
function overlap({ freezes, diary }: ClusterStage, { number, beganMs, replaces }: Login): string[] {
  if (!replaces) return [];
  const isFrozen = freezes.some(({ fromMs, toMs }) => fromMs <= beganMs && beganMs <= toMs + AWAKENING_MS);
  if (isFrozen) return [];
  const forMs = Math.round(replaces.endedMs - beganMs);
  const last = diary.findLast(({ atMs }) => atMs <= beganMs);
  const since = last ? `, ${Math.round(beganMs - last.atMs)} ms after ${last.what}` : '';
  return [`${number}: it logged in while its older connection was open, which ended ${forMs} ms later${since}`];
}

/** How long a process that goes on needs to close the connections that are not its own any more. */
const AWAKENING_MS = 1_000;

/** Outside, a session that moves shows nothing. */
function disconnected({ backend }: ClusterStage): string[] {
  return backend.received
    .filter(({ path, body }) => path.includes('disconnect') || body.status === 'disconnected')
    .map(({ path, text }) => `the backend was told of a disconnected session: ${path} ${text}`);
}

/**
 * A process ends by our signal, or because it was buried. One that starts while the database is away ends with a sentence, and one that
 * has only just begun to start ends at once.
 */
function badEnds({ exits }: ClusterStage): string[] {
  return exits
    .filter(({ code, wasReady, signal }) => {
      const isOrderly = code === 70 || code === (signal === 'SIGTERM' ? 0 : null);
      return !isOrderly && (wasReady || (code !== 1 && signal === undefined));
    })
    .map(({ nodeId, code, signal }) => `a process of node ${nodeId} ended with ${code} after ${signal ?? 'no signal'}`);
}
