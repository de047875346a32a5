import type { SessionId } from '../../../src/domain/session-id.ts';
import type { PendingCallback } from '../../../src/ports/callbacks.ts';
import { refusesJustThis, type RefusedAttempt } from '../../../src/webhooks/refused-announcement.ts';

const CALLBACK: PendingCallback = {
  ...{ id: 1, webhookId: 'w', sessionId: 's' as SessionId, seq: 1, kind: 'new-session-connected', body: '{}' },
  ...{ createdAtMs: 0, attempts: 4, firstFailedAtMs: 0, hasSubstitute: true },
};

const refused = (status: number, retryAfterMs: number | null = null) =>
  ({ kind: 'refused', status, retryAfterMs }) as const;

const NONE = { isolated: { count: 0, overMs: 0 }, brokenMs: 0 };
const LONG = { ...NONE, brokenMs: 3_600_000 };

/** A fifth attempt, two minutes after the first one, while nothing else was delivered. */
function attempt(change: Partial<RefusedAttempt> = {}): RefusedAttempt {
  const evidence = { ...NONE, brokenMs: 120_000 };
  return { callback: CALLBACK, failure: refused(500), evidence, retries: 5, ...change };
}

describe('an announcement that has a substitute is refused', () => {
  it.each([
    ['a 409, at once', { failure: refused(409), evidence: NONE, callback: { ...CALLBACK, attempts: 0 } }],
    ['500s for two minutes', {}],
    [
      'any 5xx while the backend accepts others',
      { failure: refused(502), evidence: { isolated: { count: 5, overMs: 1_000 }, brokenMs: 1_000 } },
    ],
  ])('by %s', (_what, change) => {
    expect(refusesJustThis(attempt(change))).toBe(true);
  });

  it.each([
    ['500s for a shorter time', { evidence: { ...NONE, brokenMs: 119_999 } }],
    ['too few 500s', { callback: { ...CALLBACK, attempts: 3 } }],
    ['the first 500', { callback: { ...CALLBACK, attempts: 0, firstFailedAtMs: null }, evidence: NONE, retries: 1 }],
    ['a proxy whose backend is down', { failure: refused(503), evidence: LONG }],
    ['a backend that asks for patience', { failure: refused(500, 1_000), evidence: LONG }],
    ['a wrong setting', { failure: refused(404), evidence: LONG }],
    ['silence', { failure: { kind: 'unreachable', detail: 'x', maybeArrived: true } as const, evidence: LONG }],
    [
      'anything, if it has no substitute',
      { failure: refused(409), callback: { ...CALLBACK, hasSubstitute: undefined } as unknown as PendingCallback },
    ],
  ])('not by %s', (_what, change) => {
    expect(refusesJustThis(attempt(change))).toBe(false);
  });
});
