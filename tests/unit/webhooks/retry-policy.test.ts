import type { Random } from '../../../src/kit/random.ts';
import {
  type DeliveryFailure,
  type FailedAttempt,
  isAboutContent,
  parseRetryAfter,
  reasonOf,
  type Verdict,
  verdict,
} from '../../../src/webhooks/retry-policy.ts';

const HOUR_MS = 3600_000;
const MINUTE_MS = 60_000;
const SETTINGS = { retries: 3, poisonAfterMs: HOUR_MS, retentionMs: 72 * HOUR_MS };
const SILENT: DeliveryFailure = { kind: 'unreachable', detail: 'silent', maybeArrived: true };
const DOWN: DeliveryFailure = { kind: 'unreachable', detail: 'down', maybeArrived: false };
const almostOne: Random = { fraction: () => 0.999_999, text: () => '' };

function refused(status: number, retryAfterMs: number | null = null): DeliveryFailure {
  return { kind: 'refused', status, retryAfterMs };
}

const NONE = { count: 0, overMs: 0 };
const USUAL: Omit<FailedAttempt, 'failure'> = {
  ...{ attempts: 3, ageMs: 0, brokenMs: 0, answeredMs: 0 },
  ...{ content: NONE, isolated: NONE },
};

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
  const enough = { count: 3, overMs: MINUTE_MS };
  const few = { count: 2, overMs: HOUR_MS };
  const early = { count: 900, overMs: MINUTE_MS - 1 };
  const hour = { brokenMs: HOUR_MS, answeredMs: HOUR_MS };
  const old = { ...hour, brokenMs: 0, ageMs: 73 * HOUR_MS };
  it.each<[string, DeliveryFailure, Parameters<typeof after>[1], Verdict['kind']]>([
    ['refused for its content', refused(413), { content: enough }, 'dead'],
    ['refused for its content, with few attempts', refused(413), { content: few }, 'retry'],
    ['refused for its content, often within a minute', refused(413), { content: early }, 'retry'],
    ['fails alone', refused(500), { isolated: enough }, 'dead'],
    ['fails alone with a conflict', refused(409), { isolated: enough }, 'dead'],
    ['fails alone with a redirect', refused(302), { isolated: enough }, 'dead'],
    ['fails alone without an answer', SILENT, { isolated: enough }, 'dead'],
    ['fails alone, with few attempts', refused(500), { isolated: few }, 'retry'],
    ['fails alone, often within a minute', refused(500), { isolated: early }, 'retry'],
    ['errors for an hour', refused(500), hour, 'dead'],
    ['a conflict for an hour', refused(409), hour, 'dead'],
    ['errors for a little less', refused(500), { brokenMs: HOUR_MS - 1, answeredMs: 70 * HOUR_MS }, 'retry'],
    ['"later" for an hour', refused(503, 1_000), hour, 'retry'],
    ['"too many" for an hour', refused(429), hour, 'retry'],
    ['redirects for an hour', refused(302), hour, 'retry'],
    ['silence after an hour of errors', DOWN, hour, 'retry'],
    ['expired with an error', refused(500), old, 'dead'],
    ['expired with "later"', refused(429, 1_000), old, 'dead'],
    ['expired with a redirect', refused(302), old, 'dead'],
    ['expired, no connection', DOWN, old, 'retry'],
    ['expired, no answer', SILENT, old, 'retry'],
    ['expired, but just answered again', refused(429), { ...old, answeredMs: MINUTE_MS }, 'retry'],
    ['just not expired', refused(429), { ...old, ageMs: 72 * HOUR_MS }, 'retry'],
    [
      'answered for longer than that, though the clock was set back',
      refused(429),
      { ...old, ageMs: -1, answeredMs: 73 * HOUR_MS },
      'dead',
    ],
    ...[401, 403, 404].map((status): [string, DeliveryFailure, Parameters<typeof after>[1], Verdict['kind']] => [
      `everything at once with ${status}`,
      refused(status),
      { ...old, ...hour, content: enough, isolated: enough },
      'retry',
    ]),
  ])('%s: %j %j → %s', (_, failure, known, expected) => {
    expect(after(failure, known).kind).toBe(expected);
  });

  it('needs two answers even if no retry is allowed', () => {
    const once = { ...USUAL, failure: refused(422), attempts: 1, content: { count: 1, overMs: 0 } };
    expect(verdict(once, { ...SETTINGS, retries: 0 }, almostOne).kind).toBe('retry');
  });

  it('needs no more than CALLBACK_POISON_AFTER, even if that is shorter than a minute', () => {
    const soon = { ...SETTINGS, poisonAfterMs: 3_000 };
    const refusals = { ...USUAL, failure: refused(422), content: { count: 3, overMs: 3_000 } };
    expect(verdict(refusals, soon, almostOne).kind).toBe('dead');
    expect(verdict({ ...USUAL, failure: refused(500), brokenMs: 3_000 }, soon, almostOne).kind).toBe('dead');
  });

  it('gives up nothing at its first error, even if nothing is retained', () => {
    const none = { ...SETTINGS, retentionMs: 0 };
    expect(verdict({ ...USUAL, failure: refused(500), ageMs: 1 }, none, almostOne).kind).toBe('retry');
  });

  it('gives the reason', () => {
    expect(after(refused(413), { content: enough })).toEqual({
      kind: 'dead',
      reason: 'the backend refuses it: the backend answered 413',
    });
    expect(after(refused(500), { isolated: enough })).toEqual({
      kind: 'dead',
      reason: 'only this delivery fails: the backend answered 500',
    });
    expect(after(refused(500), hour)).toEqual({
      kind: 'dead',
      reason: 'it has failed for too long: the backend answered 500',
    });
    expect(after(refused(429), old)).toEqual({ kind: 'dead', reason: 'it has expired: the backend answered 429' });
    expect(reasonOf(DOWN)).toBe('down');
  });
});

describe('an answer', () => {
  it.each([400, 402, 405, 406, 410, 411, 413, 414, 415, 418, 422, 431, 451, 499])(
    '%i is about the content',
    (status) => {
      expect(isAboutContent(refused(status))).toBe(true);
      expect(isAboutContent(refused(status, 1_000))).toBe(true);
    },
  );

  it.each([301, 401, 403, 404, 408, 409, 425, 429, 500, 502, 503, 599])('%i is not', (status) => {
    expect(isAboutContent(refused(status))).toBe(false);
  });
});
