import { type BackPressure } from './back-pressure.ts';
import { type Clock } from '../kit/clock.ts';
import { type BackendNotifier } from '../webhooks/backend-notifier.ts';
import { type BackendHealth } from '../webhooks/backend-health.ts';
import { type BackendState, type HealthApi, type HealthReport } from '../http/core.ts';
import { type ProcessGuard } from './process-guard.ts';
import { type Storage } from '../ports/storage.ts';
import { VERSION } from '../version.ts';

/** What the health is read from. */
export interface AppHealthDeps {
  storage: Pick<Storage, 'callbacks' | 'check'>;
  notifier: Pick<BackendNotifier, 'health'>;
  pressure: Pick<BackPressure, 'why'>;
  guard: ProcessGuard;
  clock: Clock;
}

/**
 * How the orchestrator is. `ok` says whether it does its own work: a backend that is away is a problem to be told, but no
 * reason to have this process restarted, which would not bring the backend back.
 */
export class AppHealth implements HealthApi {
  readonly #deps: AppHealthDeps;
  readonly #startedAtMs: number;
  #hasStarted = false;

  constructor(deps: AppHealthDeps) {
    this.#deps = deps;
    this.#startedAtMs = deps.clock.now();
  }

  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Everything has begun to work. */
  started(): void {
    this.#hasStarted = true;
  }

  async report(): Promise<HealthReport> {
    const { storage, clock } = this.#deps;
    const now = clock.now();
    const counts = await storage.callbacks.counts(now).catch(() => undefined);
    const storageWorks = counts !== undefined && (await succeeds(storage.check()));
    return {
      ok: storageWorks,
      problems: [
        ...(storageWorks ? [] : [STORAGE_FAILS]),
        ...deadLetterProblems(counts?.deadLettered ?? 0),
        ...this.#otherProblems(),
      ],
      uptimeSeconds: Math.floor((now - this.#startedAtMs) / 1_000),
      version: VERSION,
      backend: backendState(this.#deps.notifier.health()),
      callbacks: counts ?? { pending: 0, deadLettered: 0, oldestPendingSeconds: 0 },
    };
  }

  #otherProblems(): string[] {
    const { notifier, pressure, guard } = this.#deps;
    const unexpected = guard.unexpected();
    return [
      ...(pressure.why === null ? [] : [pressure.why]),
      ...backendProblems(notifier.health()),
      ...(unexpected > 0 ? [`${unexpected} exceptions that nobody caught since the start: see the log.`] : []),
    ];
  }
}

const STORAGE_FAILS =
  'The storage takes nothing now (is the disk full?): the lines are closed, and WhatsApp keeps the messages.';

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
  if (misconfigured) return ['The backend refuses the callbacks: check BACKEND_BASE_URL and PRODUCTION_API_KEY.'];
  return ['The backend does not take callbacks at the moment; they are kept and tried again.'];
}

function deadLetterProblems(count: number): string[] {
  if (count === 0) return [];
  const were = count === 1 ? '1 callback was' : `${count} callbacks were`;
  return [`${were} given up: see GET /callbacks?state=dead.`];
}
