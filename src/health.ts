import { type Clock } from './kit/clock.ts';
import { type BackendNotifier } from './callbacks/backend-notifier.ts';
import { type BackendHealth } from './callbacks/health.ts';
import { type CallbackQueue } from './domain/ports.ts';
import { type BackendState, type HealthApi, type HealthReport } from './http/core.ts';
import { type ProcessGuard } from './process-guard.ts';
import { VERSION } from './version.ts';

/** What the health is read from. */
export interface AppHealthParts {
  callbacks: CallbackQueue;
  notifier: Pick<BackendNotifier, 'health'>;
  guard: ProcessGuard;
  clock: Clock;
}

/**
 * How the orchestrator is. `ok` says whether it does its own work: a backend that is away is a problem to be told, but no
 * reason to have this process restarted, which would not bring the backend back.
 */
export class AppHealth implements HealthApi {
  readonly #parts: AppHealthParts;
  readonly #startedAtMs: number;

  constructor(parts: AppHealthParts) {
    this.#parts = parts;
    this.#startedAtMs = parts.clock.now();
  }

  async report(): Promise<HealthReport> {
    const { callbacks, clock } = this.#parts;
    const now = clock.now();
    const counts = await callbacks.counts(now).catch(() => undefined);
    return {
      ok: counts !== undefined,
      problems: this.#problems(counts !== undefined),
      uptimeSeconds: Math.floor((now - this.#startedAtMs) / 1_000),
      version: VERSION,
      backend: backendState(this.#parts.notifier.health()),
      callbacks: counts ?? { pending: 0, deadLettered: 0, oldestPendingSeconds: 0 },
    };
  }

  #problems(storageAnswers: boolean): string[] {
    const { notifier, guard } = this.#parts;
    const unexpected = guard.unexpected();
    return [
      ...(storageAnswers ? [] : ['The storage does not answer: see the log.']),
      ...backendProblems(notifier.health()),
      ...(unexpected > 0 ? [`${unexpected} exceptions that nobody caught since the start: see the log.`] : []),
    ];
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
