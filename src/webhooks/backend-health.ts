import { type DeliveryFailure, isMisconfiguration, reasonOf, type Receiver } from './retry-policy.ts';

/** How the backend has been answering, for `/health`. */
export interface BackendHealth {
  /** Whether it answered the last attempt at all; `null` before the first one. */
  reachable: boolean | null;
  /** Whether it refuses with 401, 403 or 404: its URL or key is wrong. */
  misconfigured: boolean;
  /** The reason of the last failed attempt; `null` once a callback was accepted after it. */
  lastError: string | null;
  /** Since when no callback has been accepted, in Unix ms; `null` when the last one was. */
  lastErrorSinceMs: number | null;
}

const UNKNOWN: BackendHealth = { reachable: null, misconfigured: false, lastError: null, lastErrorSinceMs: null };

/** Tracks the {@link BackendHealth} from one attempt to the next. */
export class BackendHealthTracker {
  readonly #receiver: Receiver;
  #health = UNKNOWN;

  constructor(receiver: Receiver = 'the backend') {
    this.#receiver = receiver;
  }

  get now(): BackendHealth {
    return this.#health;
  }

  accepted(): void {
    this.#health = { ...UNKNOWN, reachable: true };
  }

  /** Returns whether the backend has just begun to refuse us for a wrong setting, which deserves one warning. */
  failed(failure: DeliveryFailure, atMs: number): boolean {
    const before = this.#health;
    const misconfigured = isMisconfiguration(failure);
    this.#health = {
      reachable: failure.kind === 'refused',
      misconfigured,
      lastError: reasonOf(failure, this.#receiver),
      lastErrorSinceMs: before.lastErrorSinceMs ?? atMs,
    };
    return misconfigured && !before.misconfigured;
  }
}
