import { type EventKind, OPTIONAL_EVENTS } from '../domain/event.ts';
import { jitter } from '../kit/backoff.ts';
import { type Random } from '../kit/random.ts';

/** The outcome of one delivery attempt. */
export type DeliveryOutcome =
  /** 2xx: the backend has it. */
  | { kind: 'accepted' }
  /** Any other answer. `retryAfterMs` is how long the backend asks us to stay away, if it does. */
  | { kind: 'refused'; status: number; retryAfterMs: number | null }
  /**
   * No usable answer: no connection, none in time, or one without end. `detail` never contains a secret. `maybeArrived` is
   * `false` only when there was no connection to send anything over.
   */
  | { kind: 'unreachable'; detail: string; maybeArrived: boolean };

/** The outcome of an attempt that did not succeed. */
export type DeliveryFailure = Exclude<DeliveryOutcome, { kind: 'accepted' }>;

/** What an operator can configure. */
export interface RetrySettings {
  /** `BACKEND_RETRIES`: how many attempts a callback gets if it fails while the backend accepts others. */
  retries: number;
  /** `CALLBACK_RETENTION`: the age at which a callback expires, unless the whole backend is down. */
  retentionMs: number;
}

/** What is known of a callback after a failed attempt. */
export interface FailedAttempt {
  failure: DeliveryFailure;
  /** The failed attempts of this callback, including this one. */
  attempts: number;
  /** The time since its event happened. */
  ageMs: number;
  /** Its failed attempts while the backend accepted others and nothing else failed; 0 without evidence. See `suspicion.ts`. */
  isolatedFailures: number;
  /** Its failed attempts since the backend has accepted others, whatever else failed. */
  failuresSinceAccept: number;
}

/** What follows a failed attempt: another one, or the end as a dead letter. */
export type Verdict = ({ kind: 'retry' } & RetryDelay) | { kind: 'dead'; reason: string };

/** The pause before the next attempt. */
export interface RetryDelay {
  delayMs: number;
  /** The part of it that the backend asked for, which is never cut short. */
  requestedMs: number;
}

/** The bounds of the delays after the first failed attempts, and after all others. */
const DELAY_BOUNDS_MS = [0, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000];
const MAX_DELAY_BOUND_MS = 60_000;
const MAX_RETRY_AFTER_MS = 3600_000;
/** The answers of a backend that has no endpoint for this kind of event. */
const NO_ENDPOINT = [404, 405, 501];
const TOO_MANY_REQUESTS = 429;
/** The answers to a wrong URL or key: they say nothing about the callback. */
const MISCONFIGURED = [401, 403, 404];

/**
 * Decides what follows a failed attempt. A callback is given up when it is poison (only it fails, again and again), or when
 * it has expired and had its attempts, all of them while the backend accepts others; never for an answer that means a wrong
 * setting. An outage therefore makes no dead letters, however long it lasts.
 */
export function verdict(attempt: FailedAttempt, settings: RetrySettings, random: Random): Verdict {
  const { failure, attempts, ageMs, isolatedFailures, failuresSinceAccept } = attempt;
  if (isMisconfiguration(failure) || attempts < settings.retries) return retry(attempt, random);
  const enough = Math.max(1, settings.retries);
  if (mayBePoison(failure) && isolatedFailures >= enough) {
    return { kind: 'dead', reason: `only this delivery fails: ${reasonOf(failure)}` };
  }
  if (ageMs > settings.retentionMs && failuresSinceAccept >= enough) {
    return { kind: 'dead', reason: `it has expired: ${reasonOf(failure)}` };
  }
  return retry(attempt, random);
}

/**
 * Whether the backend has no endpoint for an event that it need not support. A backend that was written for the seed lacks
 * it, and the rest of the session must not wait.
 */
export function isUnwanted(kind: EventKind, failure: DeliveryFailure): boolean {
  return OPTIONAL_EVENTS.has(kind) && failure.kind === 'refused' && NO_ENDPOINT.includes(failure.status);
}

/** Whether the answer concerns the URL or the key rather than the callback. */
export function isMisconfiguration(failure: DeliveryFailure): boolean {
  return failure.kind === 'refused' && MISCONFIGURED.includes(failure.status);
}

/**
 * Whether the callback itself may be the cause: anything but a wrong setting and "later". A backend that chokes on a
 * callback may well give no answer, or break the connection.
 */
export function mayBePoison(failure: DeliveryFailure): boolean {
  return !isMisconfiguration(failure) && !meansLater(failure);
}

function meansLater(failure: DeliveryFailure): boolean {
  return failure.kind === 'refused' && (failure.status === TOO_MANY_REQUESTS || failure.retryAfterMs !== null);
}

/** Whether the backend may have accepted the callback all the same. */
export function mayBeAccepted(failure: DeliveryFailure): boolean {
  return failure.kind === 'unreachable' && failure.maybeArrived;
}

/** The failure in words, for the log, the callback's `lastError` and `/health`. */
export function reasonOf(failure: DeliveryFailure): string {
  return failure.kind === 'refused' ? `the backend answered ${failure.status}` : failure.detail;
}

/** The delay that a `Retry-After` header asks for, in ms; `null` when it cannot be understood. */
export function parseRetryAfter(value: unknown, nowMs: number): number | null {
  if (typeof value !== 'string') return null;
  const delayMs = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(delayMs) ? null : Math.min(Math.max(delayMs, 0), MAX_RETRY_AFTER_MS);
}

/** Full jitter below the bound of this attempt; a backend that asks for more gets it. */
function retry({ failure, attempts }: FailedAttempt, random: Random): Verdict {
  const jittered = jitter(DELAY_BOUNDS_MS[attempts - 1] ?? MAX_DELAY_BOUND_MS, random);
  const requestedMs = failure.kind === 'refused' ? (failure.retryAfterMs ?? 0) : 0;
  return { kind: 'retry', delayMs: Math.max(jittered, requestedMs), requestedMs };
}
