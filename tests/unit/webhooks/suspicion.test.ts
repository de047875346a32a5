import type { SessionId } from '../../../src/domain/session-id.ts';
import type { DeliveryFailure, Evidence } from '../../../src/webhooks/retry-policy.ts';
import { Suspicion } from '../../../src/webhooks/suspicion.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const [ANA, BEA, CAL] = ['ana', 'bea', 'cal'] as SessionId[] as [SessionId, SessionId, SessionId];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NO_CONNECTION: DeliveryFailure = { kind: 'unreachable', detail: 'EMFILE', maybeArrived: false };
const NO_ANSWER: DeliveryFailure = { kind: 'unreachable', detail: 'silent', maybeArrived: true };

function refused(status: number, retryAfterMs: number | null = null): DeliveryFailure {
  return { kind: 'refused', status, retryAfterMs };
}

/** A suspicion, with an attempt for Ana's callback that fails after a pause, and callbacks of Bea that are accepted. */
function start() {
  const clock = new ManualClock();
  const suspicion = new Suspicion(clock);
  const fails = async (failure = refused(500), afterMs = 30_000): Promise<Evidence> => {
    await clock.advance(afterMs);
    return suspicion.failed(ANA, 'a1', failure);
  };
  const otherAccepted = () => suspicion.accepted(BEA);
  return { clock, suspicion, fails, otherAccepted };
}

describe('a callback that fails in isolation', () => {
  it('does so each time that others are accepted between its attempts; the first one counts, too', async () => {
    const { fails, otherAccepted } = start();
    otherAccepted();
    expect((await fails()).isolated.count).toBe(0);
    otherAccepted();
    expect((await fails()).isolated).toMatchObject({ count: 2, overMs: 30_000 });
    otherAccepted();
    expect((await fails()).isolated).toMatchObject({ count: 3, overMs: 60_000 });
  });

  it('does not any more when nothing has been accepted since its last attempt', async () => {
    const { fails, otherAccepted } = start();
    await fails();
    otherAccepted();
    await fails();
    for (let times = 0; times < 100; times += 1) expect((await fails()).isolated.count).toBe(0);
  });

  it.each([
    ['an error', refused(502)],
    ['"too many"', refused(429)],
    ['"later"', refused(503, 1_000)],
    ['no connection', NO_CONNECTION],
    ['no answer', NO_ANSWER],
  ])('begins anew when another session gets %s', async (_, failure) => {
    const { suspicion, fails, otherAccepted } = start();
    for (let times = 0; times < 10; times += 1) {
      await fails();
      otherAccepted();
    }
    suspicion.failed(CAL, 'c1', failure);
    otherAccepted();
    expect((await fails()).isolated.count).toBe(0);
    otherAccepted();
    expect((await fails()).isolated).toMatchObject({ count: 2, overMs: 30_000 });
  });

  it.each([
    ['refuses the content of another', refused(422)],
    ['answers a wrong setting', refused(401)],
    ['has a conflict with another', refused(409)],
  ])('goes on when the backend %s', async (_, failure) => {
    const { suspicion, fails, otherAccepted } = start();
    await fails();
    suspicion.failed(CAL, 'c1', failure);
    otherAccepted();
    expect((await fails()).isolated.count).toBe(2);
  });

  it.each([
    ['was never connected', NO_CONNECTION],
    ['gets 401', refused(401)],
    ['gets "too many"', refused(429)],
    ['gets "later"', refused(503, 1_000)],
  ])('has no evidence against it while it %s', async (_, failure) => {
    const { fails, otherAccepted } = start();
    for (let times = 0; times < 10; times += 1) {
      otherAccepted();
      expect((await fails(failure)).isolated.count).toBe(0);
    }
  });

  it('begins anew with the next callback of the session', async () => {
    const { suspicion, fails, otherAccepted } = start();
    await fails();
    otherAccepted();
    expect((await fails()).isolated.count).toBe(2);
    otherAccepted();
    expect(suspicion.failed(ANA, 'a2', refused(500)).isolated.count).toBe(0);
  });
});

describe('a callback that is refused for its content', () => {
  it('is so whatever becomes of others, which may all fail', async () => {
    const { suspicion, fails } = start();
    await fails(refused(413));
    suspicion.failed(BEA, 'b1', refused(500));
    expect((await fails(refused(413))).content).toMatchObject({ count: 2, overMs: 30_000 });
    expect((await fails(NO_CONNECTION)).content.count).toBe(0);
    expect((await fails(refused(400))).content).toMatchObject({ count: 3, overMs: 90_000 });
  });

  it('does not count as a sign of an outage', async () => {
    const { suspicion, fails } = start();
    await fails(refused(413));
    suspicion.failed(BEA, 'b1', refused(422));
    expect(suspicion.failingSessions).toBe(0);
    suspicion.failed(CAL, 'c1', refused(500));
    expect(suspicion.failingSessions).toBe(1);
  });
});

describe('the time that a callback has been answered', () => {
  const times = async (count: number, attempt: () => Promise<Evidence>): Promise<Evidence> => {
    let last: Evidence | undefined;
    for (let at = 0; at < count; at += 1) last = await attempt();
    return last!;
  };

  it('grows with each error, though nothing is accepted', async () => {
    const { fails } = start();
    expect(await times(121, () => fails())).toMatchObject({ brokenMs: HOUR_MS, answeredMs: HOUR_MS });
  });

  it('counts no silence, before, after or between the answers', async () => {
    const { fails } = start();
    await times(1_000, () => fails(NO_CONNECTION));
    expect(await fails()).toMatchObject({ brokenMs: 0, answeredMs: 0 });
    expect(await fails()).toMatchObject({ brokenMs: 30_000 });
    await times(1_000, () => fails(NO_ANSWER));
    expect(await fails()).toMatchObject({ brokenMs: 30_000, answeredMs: 30_000 });
  });

  it('counts a wrong setting not at all, and "later" not as an error', async () => {
    const { fails } = start();
    await times(1_000, () => fails(refused(404)));
    expect(await fails()).toMatchObject({ brokenMs: 0, answeredMs: 0 });
    await times(10, () => fails(refused(503, 1_000)));
    expect(await fails()).toMatchObject({ brokenMs: 0, answeredMs: 330_000 });
  });

  it('counts no more than two minutes for a pause that the backend asked for', async () => {
    const { fails } = start();
    await fails();
    expect(await fails(refused(500), HOUR_MS)).toMatchObject({ brokenMs: 2 * MINUTE_MS });
  });

  it('does not follow the time of day', async () => {
    const { clock, fails } = start();
    await fails();
    clock.set(100 * HOUR_MS);
    expect(await fails()).toMatchObject({ brokenMs: 30_000 });
  });
});

describe('a session whose oldest callback fails', () => {
  const TEN_MINUTES_MS = 10 * MINUTE_MS;

  it('is blocked after ten minutes, until that is accepted, given up or gone', async () => {
    const { clock, suspicion, fails } = start();
    await fails(refused(404));
    suspicion.failed(CAL, 'c1', refused(404));
    await clock.advance(TEN_MINUTES_MS - 1);
    expect([suspicion.blockedSessions, suspicion.isNewlyBlocked(ANA)]).toEqual([0, false]);
    await clock.advance(1);
    expect(suspicion.blockedSessions).toBe(2);
    suspicion.settled(CAL);
    expect(suspicion.blockedSessions).toBe(1);
    suspicion.accepted(ANA);
    expect(suspicion.blockedSessions).toBe(0);
  });

  it('is newly blocked once for each callback', async () => {
    const { clock, suspicion, fails } = start();
    await fails(refused(404));
    await clock.advance(TEN_MINUTES_MS);
    expect([suspicion.isNewlyBlocked(ANA), suspicion.isNewlyBlocked(ANA)]).toEqual([true, false]);
    suspicion.failed(ANA, 'a2', refused(404));
    expect([suspicion.blockedSessions, suspicion.isNewlyBlocked(ANA)]).toEqual([0, false]);
    await clock.advance(TEN_MINUTES_MS);
    expect(suspicion.isNewlyBlocked(ANA)).toBe(true);
  });
});
