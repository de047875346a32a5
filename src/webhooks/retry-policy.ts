import { type EventKind, OPTIONAL_EVENTS } from '../domain/event.ts';
import { type Random } from '../kit/random.ts';
import { jitter } from '../kit/backoff.ts';

/** What became of one try. */
export type PostOutcome =
  /** 2xx: the backend has it. */
  | { kind: 'accepted' }
  /** An answer other than 2xx. `retryAfterMs` when the backend says how long to stay away. */
  | { kind: 'refused'; status: number; retryAfterMs: number | null }
  /**
   * No usable answer: no connection, none in time, one without end. `detail` never holds a secret; `maybeArrived` unless
   * there was no connection to send anything over.
   */
  | { kind: 'unreachable'; detail: string; maybeArrived: boolean };

/** A try that did not succeed. */
export type PostFailure = Exclude<PostOutcome, { kind: 'accepted' }>;

/** What an operator may choose. */
export interface PolicySettings {
  /** `BACKEND_RETRIES`: so many tries a callback gets that fails while the backend accepts others. */
  retries: number;
  /** `CALLBACK_RETENTION`: how old a callback may get before it is given up, unless the whole backend is away. */
  retentionMs: number;
}

/** What is known of a callback when a try has failed. */
export interface FailedTry {
  failure: PostFailure;
  /** All failed tries of this callback, this one included. */
  attempts: number;
  /** Since its event happened. */
  ageMs: number;
  /** The tries of it that failed alone though the backend accepts others, 0 without evidence; see `suspicion.ts`. */
  failedAlone: number;
  /** The tries of it that failed since the backend has accepted others, whatever else failed. */
  failedBeside: number;
}

/** What follows: another try, or the end as a dead letter, with its reason. */
export type Verdict = ({ kind: 'retry' } & Wait) | { kind: 'dead'; reason: string };

/** A pause before the next try. */
export interface Wait {
  delayMs: number;
  /** So much of it the backend asked for: it is not cut short, whatever is known by then. */
  askedMs: number;
}

const DELAY_BOUNDS_MS = [0, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000];
const LATER_BOUND_MS = 60_000;
const RETRY_AFTER_MAX_MS = 3600_000;
/** The answers of a backend that has no endpoint for what was posted. */
const NO_ENDPOINT = [404, 405, 501];
const TOO_MANY_REQUESTS = 429;
/** The answers of a wrong address or key: they say nothing of the callback, whoever gets them. */
const WRONG_SETTING = [401, 403, 404];

/**
 * What follows a failed try. A callback is given up when it is poison (it fails alone, again and again), or when it
 * has become too old and had its tries, all of it only while the backend accepts others; never for an answer that means a
 * wrong setting. So an outage makes no dead letters, however long it lasts.
 */
export function verdict(tried: FailedTry, settings: PolicySettings, random: Random): Verdict {
  const { failure, attempts, ageMs } = tried;
  if (meansWrongSetting(failure) || attempts < settings.retries) return retry(tried, random);
  const enough = Math.max(1, settings.retries);
  if (mayBePoison(failure) && tried.failedAlone >= enough) {
    return { kind: 'dead', reason: `only this delivery fails: ${describe(failure)}` };
  }
  if (ageMs > settings.retentionMs && tried.failedBeside >= enough) {
    return { kind: 'dead', reason: `it has expired: ${describe(failure)}` };
  }
  return retry(tried, random);
}

/**
 * Whether the backend has no endpoint for an event that it need not know: made for the seed, it goes without, and the rest
 * of the session must not wait for it.
 */
export function isUnwanted(kind: EventKind, failure: PostFailure): boolean {
  return OPTIONAL_EVENTS.has(kind) && failure.kind === 'refused' && NO_ENDPOINT.includes(failure.status);
}

/** Whether the answer speaks of the address or the key rather than of what was posted. */
export function meansWrongSetting(failure: PostFailure): boolean {
  return failure.kind === 'refused' && WRONG_SETTING.includes(failure.status);
}

/**
 * Whether the failure may be the callback's own: everything but a wrong setting and "later". No answer in time, or a
 * connection that breaks, is what a backend gives that chokes on this one.
 */
export function mayBePoison(failure: PostFailure): boolean {
  return !meansWrongSetting(failure) && !meansLater(failure);
}

function meansLater(failure: PostFailure): boolean {
  return failure.kind === 'refused' && (failure.status === TOO_MANY_REQUESTS || failure.retryAfterMs !== null);
}

/** Whether the backend may have taken the callback all the same. */
export function maybeTaken(failure: PostFailure): boolean {
  return failure.kind === 'unreachable' && failure.maybeArrived;
}

/** The failure in words, for the log, the row and /health. */
export function describe(failure: PostFailure): string {
  return failure.kind === 'refused' ? `the backend answered ${failure.status}` : failure.detail;
}

/** How long the value of a `Retry-After` header asks to stay away, in ms; `null` when it says nothing that we know. */
export function parseRetryAfter(value: unknown, nowMs: number): number | null {
  if (typeof value !== 'string') return null;
  const delayMs = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(delayMs) ? null : Math.min(Math.max(delayMs, 0), RETRY_AFTER_MAX_MS);
}

/** Full jitter below the bound of this try; a backend that asks for more gets it. */
function retry({ failure, attempts }: FailedTry, random: Random): Verdict {
  const jittered = jitter(DELAY_BOUNDS_MS[attempts - 1] ?? LATER_BOUND_MS, random);
  const askedMs = failure.kind === 'refused' ? (failure.retryAfterMs ?? 0) : 0;
  return { kind: 'retry', delayMs: Math.max(jittered, askedMs), askedMs };
}
