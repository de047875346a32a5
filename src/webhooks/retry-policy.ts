import { OPTIONAL_EVENTS } from '../domain/event.ts';
import type { AnyEventKind } from '../domain/further-event.ts';
import { jitter } from '../kit/backoff.ts';
import type { Random } from '../kit/random.ts';

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

/** How the log and reasons name who is posted to: the main backend, a further webhook or the sink. */
export type Receiver = 'the backend' | 'the receiver' | 'the sink';

/** The outcome of an attempt that did not succeed. */
export type DeliveryFailure = Exclude<DeliveryOutcome, { kind: 'accepted' }>;

/** What an operator can configure. */
export interface RetrySettings {
  /** `BACKEND_RETRIES`: the attempts that a refused callback gets at least. */
  retries: number;
  /** `CALLBACK_POISON_AFTER`: how long a callback is answered with errors before it is given up without any other evidence. */
  poisonAfterMs: number;
  /** `CALLBACK_RETENTION`: the age at which a callback expires, if the backend answers. */
  retentionMs: number;
}

/** Failed attempts of one kind: how many, and the time from the first to the last. */
export interface Series {
  count: number;
  overMs: number;
}

/** What speaks against a callback. See `suspicion.ts`. */
export interface Evidence {
  /** The attempts whose answer was about its content; none if this one was not. */
  content: Series;
  /** The attempts that it alone failed while others were accepted; none if this one proves nothing. */
  isolated: Series;
  /** For how long it has been answered with errors of the backend, without counting silence. */
  brokenMs: number;
  /** For how long it has been answered at all, without counting silence and wrong settings. */
  answeredMs: number;
}

/** What is known of a callback after a failed attempt. */
export interface FailedAttempt extends Evidence {
  failure: DeliveryFailure;
  /** The failed attempts of this callback, including this one. */
  attempts: number;
  /** The time since its event happened, by the time of day. */
  ageMs: number;
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
/** The answers that ask for another time. */
const LATER = [408, 425, 429];
/** The answers to a wrong URL or key: they say nothing about the callback. */
const MISCONFIGURED = [401, 403, 404];
/** What an earlier attempt, or another process of the backend, may be the cause of. */
const CONFLICT = 409;
/** Poison is refused for at least this long: a backend may give strange answers while it restarts. */
const SHORTEST_PROOF_MS = 60_000;

/**
 * Decides what follows a failed attempt. A callback is given up when the backend refuses its content; when it alone fails while
 * others are accepted; when it has been answered with errors for `CALLBACK_POISON_AFTER`; or when it has expired. Silence, with no
 * evidence that the backend is well, and a wrong setting give up nothing, however long they last.
 */
export function verdict(attempt: FailedAttempt, settings: RetrySettings, random: Random): Verdict {
  const why = whyGivenUp(attempt, settings);
  if (why === null) return retry(attempt, random);
  return { kind: 'dead', reason: `${why}: ${reasonOf(attempt.failure)}` };
}

function whyGivenUp(attempt: FailedAttempt, settings: RetrySettings): string | null {
  const { failure, content, isolated } = attempt;
  if (isMisconfiguration(failure)) return null;
  if (isProof(content, settings)) return 'the backend refuses it';
  if (isProof(isolated, settings)) return 'only this delivery fails';
  return whyTooOld(attempt, settings);
}

function whyTooOld({ failure, ageMs, brokenMs, answeredMs }: FailedAttempt, settings: RetrySettings): string | null {
  const { retentionMs } = settings;
  const limitMs = Math.min(settings.poisonAfterMs, Math.max(retentionMs, SHORTEST_PROOF_MS));
  if (isBreakdown(failure) && brokenMs >= limitMs) return 'it has failed for too long';
  const hasExpired = ageMs > retentionMs || answeredMs > retentionMs;
  return hasExpired && isAnswer(failure) && answeredMs >= limitMs ? 'it has expired' : null;
}

/** Whether so many attempts, over so much time, are enough. */
export function isProof({ count, overMs }: Series, { retries, poisonAfterMs }: RetrySettings): boolean {
  return count >= Math.max(1, retries) && overMs >= Math.min(SHORTEST_PROOF_MS, poisonAfterMs);
}

/**
 * Whether the backend has no endpoint for an event that it need not support. A backend that was written for the seed lacks
 * it, and the rest of the session must not wait.
 */
export function isUnwanted(kind: AnyEventKind, failure: DeliveryFailure): boolean {
  return OPTIONAL_EVENTS.has(kind) && failure.kind === 'refused' && NO_ENDPOINT.includes(failure.status);
}

/** Whether the answer concerns the URL or the key rather than the callback. */
export function isMisconfiguration(failure: DeliveryFailure): boolean {
  return failure.kind === 'refused' && MISCONFIGURED.includes(failure.status);
}

/** Whether the backend refuses the callback for what is in it: the same answer follows, whatever becomes of others. */
export function isAboutContent(failure: DeliveryFailure): boolean {
  if (failure.kind !== 'refused' || isMisconfiguration(failure)) return false;
  const { status } = failure;
  return status >= 400 && status < 500 && status !== CONFLICT && !LATER.includes(status);
}

/** Whether the answer is an error of the backend, for which the callback may be the cause. */
export function isBreakdown(failure: DeliveryFailure): boolean {
  if (failure.kind !== 'refused' || meansLater(failure)) return false;
  return failure.status >= 500 || failure.status === CONFLICT;
}

/** Whether the backend answered, and not because of a wrong setting. */
export function isAnswer(failure: DeliveryFailure): boolean {
  return failure.kind === 'refused' && !isMisconfiguration(failure);
}

/** Whether a failure of one callback may be an outage of the backend, which then concerns others too. */
export function isOutage(failure: DeliveryFailure): boolean {
  return failure.kind === 'unreachable' || meansLater(failure) || failure.status >= 500;
}

/**
 * Whether the callback may be the cause if it fails alone: anything but a wrong setting, "later", and a connection that was never
 * made. A missing answer, or a connection that broke, is what a backend gives that chokes on a callback.
 */
export function mayBePoison(failure: DeliveryFailure): boolean {
  if (failure.kind === 'unreachable') return failure.maybeArrived;
  return isAnswer(failure) && !isAboutContent(failure) && !meansLater(failure);
}

/** An answer about the content says more than a `Retry-After` beside it. */
function meansLater(failure: DeliveryFailure): boolean {
  if (failure.kind !== 'refused') return false;
  return LATER.includes(failure.status) || (failure.retryAfterMs !== null && !isAboutContent(failure));
}

/** Whether the backend may have accepted the callback all the same. */
export function mayBeAccepted(failure: DeliveryFailure): boolean {
  return failure.kind === 'unreachable' && failure.maybeArrived;
}

/** The failure in words, for the log, the callback's `lastError` and `/health`. */
export function reasonOf(failure: DeliveryFailure, receiver: Receiver = 'the backend'): string {
  return failure.kind === 'refused' ? `${receiver} answered ${failure.status}` : failure.detail;
}

/** The delay that a `Retry-After` header asks for, in ms; `null` when it cannot be understood. */
export function parseRetryAfter(value: unknown, nowMs: number): number | null {
  if (typeof value !== 'string') return null;
  const delayMs = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(delayMs) ? null : Math.min(Math.max(delayMs, 0), MAX_RETRY_AFTER_MS);
}

/** Full jitter below the bound of this attempt; a backend that asks for more gets it. */
export function retry({ failure, attempts }: FailedAttempt, random: Random): Verdict {
  const jittered = jitter(DELAY_BOUNDS_MS[attempts - 1] ?? MAX_DELAY_BOUND_MS, random);
  const requestedMs = failure.kind === 'refused' ? (failure.retryAfterMs ?? 0) : 0;
  return { kind: 'retry', delayMs: Math.max(jittered, requestedMs), requestedMs };
}
