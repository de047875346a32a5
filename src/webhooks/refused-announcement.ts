import type { PendingEvent } from '../ports/callbacks.ts';
import type { DeliveryFailure, Evidence } from './retry-policy.ts';

/** The answer of a backend that already has the account. */
const CONFLICT = 409;
/** The answer of a backend whose INSERT fails, as the seed's does. A proxy in front of one that is down answers 502 to 504. */
const INTERNAL_ERROR = 500;
/** How long a backend may fail for another reason before its 500s count as a refusal, when nothing else is delivered to it. */
const PATIENCE_MS = 120_000;

/** A failed attempt, as far as this decision needs it. */
export interface RefusedAttempt {
  callback: PendingEvent;
  failure: DeliveryFailure;
  evidence: Pick<Evidence, 'isolated' | 'brokenMs'>;
  /** `BACKEND_RETRIES`. */
  retries: number;
}

/**
 * Whether the backend refuses just this callback, so that its substitute takes its place: an account that was deleted and is
 * linked again has the session id which the backend may still have in its table (contract 1.4).
 */
export function refusesJustThis({ callback, failure, evidence, retries }: RefusedAttempt): boolean {
  if (callback.hasSubstitute !== true || failure.kind !== 'refused') return false;
  if (failure.status === CONFLICT) return true;
  if (failure.status < INTERNAL_ERROR || failure.retryAfterMs !== null) return false;
  const enough = Math.max(1, retries);
  if (evidence.isolated.count >= enough) return true;
  return failure.status === INTERNAL_ERROR && callback.attempts + 1 >= enough && evidence.brokenMs >= PATIENCE_MS;
}
