import type { BackPressure } from './back-pressure.ts';
import type { DatabaseBound } from './database-bound.ts';
import type { Clock } from '../kit/clock.ts';
import type { BackendNotifier } from '../webhooks/backend-notifier.ts';
import type { BackendHealth } from '../webhooks/backend-health.ts';
import type { ClusterNode } from '../cluster/cluster-node.ts';
import { Recent } from '../kit/recent.ts';
import type { BackendState, ClusterHealth, HealthApi, HealthReport } from '../http/core.ts';
import type { ProcessGuard } from './process-guard.ts';
import type { MediaStore } from '../ports/media.ts';
import type { Storage } from '../ports/storage.ts';
import type { SinkBacklog } from '../ports/sink.ts';
import type { SubscriptionHealth } from '../ports/subscriptions.ts';
import { VERSION } from '../version.ts';

/** What may be wrong with the server, which keeps its name while its sentence changes. */
export const TROUBLE_KINDS = [
  ...(['storage', 'dead-letters', 'damaged', 'limits', 'files', 'whatsapp', 'version', 'sink', 'backend'] as const),
  ...(['blocked', 'exceptions', 'log', 'webhooks'] as const),
] as const;

/** One of {@link TROUBLE_KINDS}. */
export type TroubleKind = (typeof TROUBLE_KINDS)[number];

/** Something that a person should look at. */
export interface Trouble {
  kind: TroubleKind;
  /** As in `GET /health`: for everybody, so it contains no secret. */
  sentence: string;
}

/** The health, with the kind of each problem. */
export interface AppHealthReport extends HealthReport {
  troubles: readonly Trouble[];
}

/** The dependencies of {@link AppHealth}. */
export interface AppHealthDeps {
  storage: Pick<Storage, 'callbacks' | 'check' | 'damagedValues'>;
  files: Pick<MediaStore, 'problem'>;
  notifier: Pick<BackendNotifier, 'health' | 'blockedSessions'>;
  pressure: Pick<BackPressure, 'why'>;
  /** What keeps the database small. */
  bound: Pick<DatabaseBound, 'problem'>;
  /** The receivers besides the main backend. */
  webhooks: { health(): Promise<readonly SubscriptionHealth[]> };
  /** What writes events into the operator's own table. */
  sink: { readonly problem: string | null; backlog(): Promise<SinkBacklog | null> };
  guard: ProcessGuard;
  /** Warns before WhatsApp stops accepting the client's version, and says why WhatsApp cannot be reached. */
  client: { readonly warning: string | null; readonly unreachable: string | null };
  droppedLogLines: () => number;
  /** Whether this node of a cluster takes part; a process on its own always does. */
  mayServe?: () => boolean;
  /** This node of a cluster. The storage is then asked over a network, by probes of all kinds: once a second is enough. */
  node?: Pick<ClusterNode, 'state'> | undefined;
  clock: Clock;
}

/**
 * The health of the orchestrator. `ok` covers only its own work: a backend or a bucket that is down is reported as a problem,
 * but is no reason to restart this process, which would not bring it back.
 */
export class AppHealth implements HealthApi {
  readonly #deps: AppHealthDeps;
  readonly #startedAtMs: number;
  readonly #recent: Recent<AppHealthReport> | undefined;
  #hasStarted = false;

  constructor(deps: AppHealthDeps) {
    this.#deps = deps;
    this.#startedAtMs = deps.clock.monotonic();
    this.#recent = deps.node && new Recent(() => this.#report(), deps.clock);
  }

  get hasStarted(): boolean {
    return this.#hasStarted && (this.#deps.mayServe?.() ?? true);
  }

  /** Marks the start-up as complete. */
  started(): void {
    this.#hasStarted = true;
  }

  report(): Promise<AppHealthReport> {
    return this.#recent?.get() ?? this.#report();
  }

  get cluster(): ClusterHealth | null {
    if (!this.#deps.node) return null;
    const { nodeId, ageMs, unowned, nodes } = this.#deps.node.state;
    return {
      nodeId,
      secondsSinceLook: ageMs === null ? null : wholeSeconds(ageMs),
      unowned,
      nodes: nodes.map(({ isDraining: draining, isLost: lost, owned, sinceBeatMs, ...node }) => ({
        ...{ nodeId: node.nodeId, version: node.version, sessions: owned },
        ...{ draining, lost, secondsSinceBeat: wholeSeconds(sinceBeatMs) },
      })),
    };
  }

  async #report(): Promise<AppHealthReport> {
    const { storage, webhooks, sink, clock } = this.#deps;
    const now = clock.now();
    const counts = await storage.callbacks.counts(now).catch(() => undefined);
    const damaged = await storage.damagedValues.count().catch(() => 0);
    const receivers = await webhooks.health().catch(() => []);
    const backlog = await sink.backlog().catch(() => null);
    const storageWorks = counts !== undefined && (await succeeds(storage.check()));
    const troubles = [
      ...(storageWorks ? [] : [{ kind: 'storage', sentence: STORAGE_FAILS } as const]),
      ...named('dead-letters', deadLetterProblems(counts?.deadLettered ?? 0)),
      ...named('damaged', damageProblems(damaged)),
      ...this.#otherTroubles(),
      ...named('webhooks', receiverProblems(receivers)),
    ];
    return {
      ok: storageWorks,
      troubles,
      problems: troubles.map(({ sentence }) => sentence),
      uptimeSeconds: wholeSeconds(clock.monotonic() - this.#startedAtMs),
      version: VERSION,
      backend: backendState(this.#deps.notifier.health()),
      callbacks: counts ?? { pending: 0, deadLettered: 0, oldestPendingSeconds: 0 },
      webhooks: receivers,
      sink: backlog,
    };
  }

  #otherTroubles(): Trouble[] {
    const { files, notifier, pressure, bound, sink, guard, client, droppedLogLines } = this.#deps;
    const unexpected = guard.unexpected();
    const dropped = droppedLogLines();
    return [
      ...named('limits', [pressure.why ?? bound.problem]),
      ...named('files', [files.problem]),
      ...named('whatsapp', [client.unreachable]),
      ...named('version', [client.warning]),
      ...named('sink', [sink.problem]),
      ...named('backend', backendProblems(notifier.health())),
      ...named('blocked', blockedProblems(notifier.blockedSessions)),
      ...named(
        'exceptions',
        unexpected > 0 ? [`${count(unexpected, 'uncaught exception')} since start-up: see the log.`] : [],
      ),
      ...named(
        'log',
        dropped > 0 ? [`${count(dropped, 'log line')} since start-up could not be written and were dropped.`] : [],
      ),
    ];
  }
}

function named(kind: TroubleKind, sentences: readonly (string | null)[]): Trouble[] {
  return sentences.flatMap((sentence) => (sentence === null ? [] : [{ kind, sentence }]));
}

const STORAGE_FAILS =
  'Cannot write to storage (is the disk full?): connections are closed, and WhatsApp holds the messages.';

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1_000);
}

async function succeeds(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch {
    return false;
  }
}

function backendState({ reachable, lastError }: BackendHealth): BackendState {
  if (reachable === null) return 'unknown';
  return lastError === null ? 'up' : 'down';
}

function backendProblems({ misconfigured, lastError }: BackendHealth): string[] {
  if (lastError === null) return [];
  if (misconfigured) return ['The backend rejects callbacks: check BACKEND_BASE_URL and PRODUCTION_API_KEY.'];
  return ['The backend is not accepting callbacks; they are queued and retried.'];
}

function deadLetterProblems(dead: number): string[] {
  return dead === 0 ? [] : [`${count(dead, 'callback')} dead-lettered: see GET /callbacks?state=dead.`];
}

function damageProblems(damaged: number): string[] {
  if (damaged === 0) return [];
  return [`${count(damaged, 'stored value')} could not be read and were set aside: see the timelines and the log.`];
}

function blockedProblems(sessions: number): string[] {
  if (sessions === 0) return [];
  return [`The oldest callback of ${count(sessions, 'session')} keeps failing: see GET /callbacks?state=pending.`];
}

function receiverProblems(receivers: readonly SubscriptionHealth[]): string[] {
  const failing = receivers.filter(({ isFailing }) => isFailing).length;
  const behind = receivers.filter(({ isFailing, isBehind }) => isBehind && !isFailing).length;
  return [
    ...(failing > 0 ? [`Webhooks that keep failing: ${failing}. See GET /webhooks.`] : []),
    ...(behind > 0 ? [`Webhooks that are ten minutes behind or more: ${behind}. See GET /webhooks.`] : []),
  ];
}

/** `1 callback`, `2 callbacks`. */
function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
