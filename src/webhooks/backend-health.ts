import { describe, meansWrongSetting, type PostFailure } from './retry-policy.ts';

/** How the backend has been answering, for /health. */
export interface BackendHealth {
  /** Whether it answered the last try at all; `null` before the first. */
  reachable: boolean | null;
  /** Whether it refuses with 401, 403 or 404: the address or the key is wrong. */
  misconfigured: boolean;
  /** What the last failed try met; `null` when a callback was accepted after it. */
  lastError: string | null;
  /** Since when no callback has been accepted, in Unix ms; `null` when the last one was. */
  lastErrorSinceMs: number | null;
}

const UNKNOWN: BackendHealth = { reachable: null, misconfigured: false, lastError: null, lastErrorSinceMs: null };

/** Keeps the {@link BackendHealth} from one try to the next. */
export class BackendHealthTracker {
  #health = UNKNOWN;

  get now(): BackendHealth {
    return this.#health;
  }

  accepted(): void {
    this.#health = { ...UNKNOWN, reachable: true };
  }

  /** Answers whether the backend has just begun to refuse us for a wrong setting: worth one warning. */
  failed(failure: PostFailure, atMs: number): boolean {
    const before = this.#health;
    const misconfigured = meansWrongSetting(failure);
    this.#health = {
      reachable: failure.kind === 'refused',
      misconfigured,
      lastError: describe(failure),
      lastErrorSinceMs: before.lastErrorSinceMs ?? atMs,
    };
    return misconfigured && !before.misconfigured;
  }
}
