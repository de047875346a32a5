import { type SessionId } from '../../../src/domain/session-id.ts';
import { type Random } from '../../../src/kit/random.ts';
import {
  type DeliveryFailure,
  type FailedAttempt,
  parseRetryAfter,
  reasonOf,
  type Verdict,
  verdict,
} from '../../../src/webhooks/retry-policy.ts';
import { Suspicion } from '../../../src/webhooks/suspicion.ts';

const HOUR_MS = 3600_000;
const SETTINGS = { retries: 3, retentionMs: 72 * HOUR_MS };
const DOWN: DeliveryFailure = { kind: 'unreachable', detail: 'down', maybeArrived: false };
const almostOne: Random = { fraction: () => 0.999_999, text: () => '' };

function refused(status: number, retryAfterMs: number | null = null): DeliveryFailure {
  return { kind: 'refused', status, retryAfterMs };
}

const USUAL: Omit<FailedAttempt, 'failure'> = { attempts: 3, ageMs: 0, isolatedFailures: 0, failuresSinceAccept: 0 };

function after(failure: DeliveryFailure, known: Partial<FailedAttempt> = {}): Verdict {
  return verdict({ ...USUAL, failure, ...known }, SETTINGS, almostOne);
}

describe('the retry delay', () => {
  it.each([
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 5],
    [5, 10],
    [6, 20],
    [7, 30],
    [8, 60],
    [1000, 60],
  ])('after %i failed attempts is at most %i s', (attempts, boundSeconds) => {
    const { delayMs } = after(refused(500), { attempts }) as { delayMs: number };
    expect(delayMs).toBeLessThanOrEqual(boundSeconds * 1000);
    expect(delayMs).toBeGreaterThanOrEqual(boundSeconds * 1000 - 1);
  });

  it('spreads over the whole time, from 0 on', () => {
    const random = { ...almostOne, fraction: () => 0 };
    expect(verdict({ ...USUAL, failure: DOWN, attempts: 8 }, SETTINGS, random)).toMatchObject({ delayMs: 0 });
  });

  it('is as long as the backend asks, and never shorter than the jitter', () => {
    expect(after(refused(503, 120_000), { attempts: 1 })).toEqual({
      kind: 'retry',
      delayMs: 120_000,
      requestedMs: 120_000,
    });
    expect(after(refused(503, 0), { attempts: 2 })).toEqual({
      kind: 'retry',
      delayMs: 999,
      requestedMs: 0,
    });
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2024, 0, 15, 10, 30);
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['7200', HOUR_MS],
    ['Mon, 15 Jan 2024 10:31:00 GMT', 60_000],
    ['Mon, 15 Jan 2024 10:00:00 GMT', 0],
    ['Tue, 16 Jan 2024 10:30:00 GMT', HOUR_MS],
    ['soon', null],
    ['', null],
    [undefined, null],
  ])('%p asks for %p ms', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

describe('the verdict', () => {
  const old = { ageMs: 73 * HOUR_MS, failuresSinceAccept: 3 };
  const alone = { isolatedFailures: 3 };
  it.each<[string, DeliveryFailure, Parameters<typeof after>[1], Verdict['kind']]>([
    ['poison', refused(500), alone, 'dead'],
    ['poison with 4xx', refused(422), alone, 'dead'],
    ['a redirect that only this one gets', refused(302), alone, 'dead'],
    ['too few isolated failures', refused(500), { isolatedFailures: 2 }, 'retry'],
    ['many attempts while nothing is accepted', refused(500), { attempts: 900 }, 'retry'],
    ['alone with 401', refused(401), alone, 'retry'],
    ['alone with 403', refused(403), alone, 'retry'],
    ['alone with 404', refused(404), alone, 'retry'],
    ['alone with "too many"', refused(429), alone, 'retry'],
    ['alone with "later"', refused(503, 1_000), alone, 'retry'],
    ['poison without an answer', DOWN, alone, 'dead'],
    ['too few isolated failures without an answer', DOWN, { isolatedFailures: 2 }, 'retry'],
    ['expired', refused(500), old, 'dead'],
    ['expired, no answer', DOWN, old, 'dead'],
    ['expired while nothing is accepted', refused(500), { ageMs: 1000 * HOUR_MS, attempts: 900 }, 'retry'],
    ['expired, no answer while nothing is accepted', DOWN, { ageMs: 1000 * HOUR_MS, attempts: 900 }, 'retry'],
    [
      'expired, but hardly attempted since others are accepted',
      refused(500),
      { ...old, failuresSinceAccept: 2 },
      'retry',
    ],
    ['just not expired', refused(500), { ...old, ageMs: 72 * HOUR_MS }, 'retry'],
    ['expired, but hardly attempted', refused(500), { ...old, attempts: 2 }, 'retry'],
    ['expired with 401', refused(401), old, 'retry'],
    ['expired with 403', refused(403), old, 'retry'],
    ['expired with 404', refused(404), old, 'retry'],
  ])('%s: %j %j → %s', (_, failure, known, expected) => {
    expect(after(failure, known).kind).toBe(expected);
  });

  it('needs evidence even if no retry is allowed', () => {
    const once = { ...USUAL, failure: refused(500), attempts: 1 };
    expect(verdict(once, { ...SETTINGS, retries: 0 }, almostOne).kind).toBe('retry');
  });

  it('gives the reason', () => {
    expect(after(refused(500), alone)).toEqual({
      kind: 'dead',
      reason: 'only this delivery fails: the backend answered 500',
    });
    expect(after(DOWN, old)).toEqual({ kind: 'dead', reason: 'it has expired: down' });
    expect(reasonOf(refused(302))).toBe('the backend answered 302');
  });
});

describe('the evidence that a callback fails in isolation', () => {
  const [ANA, BEA, CAL] = ['ana', 'bea', 'cal'] as SessionId[] as [SessionId, SessionId, SessionId];
  const fails = (suspicion: Suspicion, failure = refused(500)) => suspicion.failed(ANA, 'a1', failure);

  it('is another one that was accepted since it first failed; then the first attempt counts too', () => {
    const suspicion = new Suspicion();
    suspicion.accepted(BEA);
    expect(fails(suspicion).isolatedFailures).toBe(0);
    expect(fails(suspicion).isolatedFailures).toBe(0);
    suspicion.accepted(BEA);
    expect(fails(suspicion).isolatedFailures).toBe(2);
    expect(fails(suspicion).isolatedFailures).toBe(3);
  });

  it('is missing while another session fails too, until something is accepted again', () => {
    const suspicion = new Suspicion();
    fails(suspicion);
    suspicion.accepted(BEA);
    suspicion.failed(CAL, 'c1', DOWN);
    expect(fails(suspicion).isolatedFailures).toBe(0);
    suspicion.accepted(BEA);
    expect(fails(suspicion).isolatedFailures).toBe(2);
  });

  it('is not weakened by another one that was given up', () => {
    const suspicion = new Suspicion();
    fails(suspicion);
    suspicion.accepted(BEA);
    suspicion.failed(CAL, 'c1', refused(500));
    suspicion.settled(CAL);
    expect(fails(suspicion).isolatedFailures).toBe(2);
  });

  it('is not an answer that means a wrong setting', () => {
    const suspicion = new Suspicion();
    fails(suspicion);
    suspicion.accepted(BEA);
    expect(fails(suspicion, refused(401)).isolatedFailures).toBe(0);
  });

  it('counts only towards its expiry while others fail too', () => {
    const suspicion = new Suspicion();
    fails(suspicion);
    suspicion.accepted(BEA);
    suspicion.failed(CAL, 'c1', DOWN);
    expect(fails(suspicion)).toEqual({ isolatedFailures: 0, failuresSinceAccept: 2 });
    suspicion.accepted(BEA);
    expect(fails(suspicion, DOWN)).toEqual({ isolatedFailures: 2, failuresSinceAccept: 3 });
  });

  it('begins anew with the next callback of the session', () => {
    const suspicion = new Suspicion();
    fails(suspicion);
    suspicion.accepted(BEA);
    expect(fails(suspicion).isolatedFailures).toBe(2);
    expect(suspicion.failed(ANA, 'a2', refused(500))).toEqual({ isolatedFailures: 0, failuresSinceAccept: 0 });
  });
});
