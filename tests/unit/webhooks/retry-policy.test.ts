import {
  describe as inWords,
  type FailedTry,
  parseRetryAfter,
  type PostFailure,
  type Verdict,
  verdict,
} from '../../../src/webhooks/retry-policy.ts';
import { Suspicion } from '../../../src/webhooks/suspicion.ts';
import { type SessionId } from '../../../src/domain/session-id.ts';
import { type Random } from '../../../src/kit/random.ts';

const HOUR_MS = 3600_000;
const SETTINGS = { retries: 3, retentionMs: 72 * HOUR_MS };
const AWAY: PostFailure = { kind: 'unreachable', detail: 'away', maybeArrived: false };
const almostOne: Random = { fraction: () => 0.999_999, text: () => '' };

function refused(status: number, retryAfterMs: number | null = null): PostFailure {
  return { kind: 'refused', status, retryAfterMs };
}

const USUAL: Omit<FailedTry, 'failure'> = { attempts: 3, ageMs: 0, failedAlone: 0, failedBeside: 0 };

function after(failure: PostFailure, known: Partial<FailedTry> = {}): Verdict {
  return verdict({ ...USUAL, failure, ...known }, SETTINGS, almostOne);
}

describe('when to try again', () => {
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
  ])('after %i failed tries: within %i s', (attempts, boundSeconds) => {
    const { delayMs } = after(refused(500), { attempts }) as { delayMs: number };
    expect(delayMs).toBeLessThanOrEqual(boundSeconds * 1000);
    expect(delayMs).toBeGreaterThanOrEqual(boundSeconds * 1000 - 1);
  });

  it('spreads over the whole time, from at once on', () => {
    const random = { ...almostOne, fraction: () => 0 };
    expect(verdict({ ...USUAL, failure: AWAY, attempts: 8 }, SETTINGS, random)).toMatchObject({ delayMs: 0 });
  });

  it('waits as long as the backend asks, and never shorter than the jitter says', () => {
    expect(after(refused(503, 120_000), { attempts: 1 })).toEqual({
      kind: 'retry',
      delayMs: 120_000,
      askedMs: 120_000,
    });
    expect(after(refused(503, 0), { attempts: 2 })).toEqual({
      kind: 'retry',
      delayMs: 999,
      askedMs: 0,
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

describe('when to give up', () => {
  const old = { ageMs: 73 * HOUR_MS, failedBeside: 3 };
  const alone = { failedAlone: 3 };
  it.each<[string, PostFailure, Parameters<typeof after>[1], Verdict['kind']]>([
    ['poison', refused(500), alone, 'dead'],
    ['poison with a 4xx', refused(422), alone, 'dead'],
    ['a redirect that only this one gets', refused(302), alone, 'dead'],
    ['too few tries alone', refused(500), { failedAlone: 2 }, 'retry'],
    ['many tries while nothing is accepted', refused(500), { attempts: 900 }, 'retry'],
    ['alone with 401', refused(401), alone, 'retry'],
    ['alone with 403', refused(403), alone, 'retry'],
    ['alone with 404', refused(404), alone, 'retry'],
    ['alone with "too many"', refused(429), alone, 'retry'],
    ['alone with "later"', refused(503, 1_000), alone, 'retry'],
    ['poison that gets no answer', AWAY, alone, 'dead'],
    ['too few tries alone without an answer', AWAY, { failedAlone: 2 }, 'retry'],
    ['too old', refused(500), old, 'dead'],
    ['too old, no answer', AWAY, old, 'dead'],
    ['too old, while nothing is accepted', refused(500), { ageMs: 1000 * HOUR_MS, attempts: 900 }, 'retry'],
    ['too old, no answer while nothing is accepted', AWAY, { ageMs: 1000 * HOUR_MS, attempts: 900 }, 'retry'],
    ['too old, but hardly tried since others are accepted', refused(500), { ...old, failedBeside: 2 }, 'retry'],
    ['just not too old', refused(500), { ...old, ageMs: 72 * HOUR_MS }, 'retry'],
    ['too old, but hardly tried', refused(500), { ...old, attempts: 2 }, 'retry'],
    ['too old with 401', refused(401), old, 'retry'],
    ['too old with 403', refused(403), old, 'retry'],
    ['too old with 404', refused(404), old, 'retry'],
  ])('%s: %j %j → %s', (_, failure, known, expected) => {
    expect(after(failure, known).kind).toBe(expected);
  });

  it('needs evidence also when no retry is allowed', () => {
    const once = { ...USUAL, failure: refused(500), attempts: 1 };
    expect(verdict(once, { ...SETTINGS, retries: 0 }, almostOne).kind).toBe('retry');
  });

  it('says why', () => {
    expect(after(refused(500), alone)).toEqual({
      kind: 'dead',
      reason: 'only this delivery fails: the backend answered 500',
    });
    expect(after(AWAY, old)).toEqual({ kind: 'dead', reason: 'it has expired: away' });
    expect(inWords(refused(302))).toBe('the backend answered 302');
  });
});

describe('the evidence that a callback fails alone', () => {
  const [ANA, BEA, CAL] = ['ana', 'bea', 'cal'] as SessionId[] as [SessionId, SessionId, SessionId];
  const fails = (suspicion: Suspicion, failure = refused(500)) => suspicion.failed(ANA, 'a1', failure);

  it('is another one that was accepted since it first failed: then the first try counts too', () => {
    const suspicion = new Suspicion();
    suspicion.accepted(BEA);
    expect(fails(suspicion).failedAlone).toBe(0);
    expect(fails(suspicion).failedAlone).toBe(0);
    suspicion.accepted(BEA);
    expect(fails(suspicion).failedAlone).toBe(2);
    expect(fails(suspicion).failedAlone).toBe(3);
  });

  it('is missing while another session fails too, until something is accepted again', () => {
    const suspicion = new Suspicion();
    fails(suspicion);
    suspicion.accepted(BEA);
    suspicion.failed(CAL, 'c1', AWAY);
    expect(fails(suspicion).failedAlone).toBe(0);
    suspicion.accepted(BEA);
    expect(fails(suspicion).failedAlone).toBe(2);
  });

  it('is not weakened by another that was given up', () => {
    const suspicion = new Suspicion();
    fails(suspicion);
    suspicion.accepted(BEA);
    suspicion.failed(CAL, 'c1', refused(500));
    suspicion.settled(CAL);
    expect(fails(suspicion).failedAlone).toBe(2);
  });

  it('is not a wrong setting', () => {
    const suspicion = new Suspicion();
    fails(suspicion);
    suspicion.accepted(BEA);
    expect(fails(suspicion, refused(401)).failedAlone).toBe(0);
  });

  it('is weaker while others fail too: then it counts only against its age', () => {
    const suspicion = new Suspicion();
    fails(suspicion);
    suspicion.accepted(BEA);
    suspicion.failed(CAL, 'c1', AWAY);
    expect(fails(suspicion)).toEqual({ failedAlone: 0, failedBeside: 2 });
    suspicion.accepted(BEA);
    expect(fails(suspicion, AWAY)).toEqual({ failedAlone: 2, failedBeside: 3 });
  });

  it('begins anew with the next callback of the session', () => {
    const suspicion = new Suspicion();
    fails(suspicion);
    suspicion.accepted(BEA);
    expect(fails(suspicion).failedAlone).toBe(2);
    expect(suspicion.failed(ANA, 'a2', refused(500))).toEqual({ failedAlone: 0, failedBeside: 0 });
  });
});
