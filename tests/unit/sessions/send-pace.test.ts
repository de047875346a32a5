import { parseSessionId } from '../../../src/domain/session-id.ts';
import { type PaceLimits, SendPace } from '../../../src/sessions/sending/send-pace.ts';
import { fixedRandom } from '../../harness/fixed-random.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const HOUR_MS = 3_600_000;

/** A pace, and when its turns came, in ms from the start; every turn counts as a message. */
function start(limits: Partial<PaceLimits>, random = fixedRandom(0)) {
  const slowness = { divisor: 1 };
  const clock = new ManualClock();
  const startMs = clock.now();
  const sentMs: number[] = [];
  const pace = new SendPace({
    sessionId: parseSessionId('session_1705312200123_abc123def')!,
    limits: { perMinute: 0, burst: 1, perHour: 0, perDay: 0, ...limits },
    sent: {
      countSince: (_, sinceMs) => {
        const after = sentMs.filter((ms) => ms + startMs > sinceMs);
        return Promise.resolve({ count: after.length, oldestMs: after[0] === undefined ? null : after[0] + startMs });
      },
    },
    ...{ clock, random, divisor: () => Promise.resolve(slowness.divisor) },
  });
  const send = () => pace.turn().then(() => sentMs.push(clock.now() - startMs));
  return { clock, sentMs, send, slowness };
}

describe('the pace of sending', () => {
  it('makes nobody wait without a rate', async () => {
    const { send, sentMs } = start({});

    await Promise.all(Array.from({ length: 1_000 }, send));

    expect(new Set(sentMs)).toEqual(new Set([0]));
  });

  it.each([-1, 1])('keeps its rhythm when somebody sets the clock by %i year', async (years) => {
    const { clock, send, sentMs } = start({ perMinute: 6 });
    await send();
    clock.set(years * 8_760 * HOUR_MS);
    const turn = send();

    await clock.advance(9_999);
    expect(sentMs).toHaveLength(1);
    await clock.advance(1);
    await turn;
  });

  it('spaces the turns evenly', async () => {
    const { clock, send, sentMs } = start({ perMinute: 6 });
    const turns = [0, 1, 2].map(send);

    await clock.advance(20_000);
    await Promise.all(turns);

    expect(sentMs).toEqual([0, 10_000, 20_000]);
  });

  it('lets a burst through at once, and refills while nobody sends', async () => {
    const { clock, send, sentMs } = start({ perMinute: 6, burst: 3 });
    const turns = [0, 1, 2, 3].map(send);
    await clock.advance(10_000);
    await Promise.all(turns);
    expect(sentMs).toEqual([0, 0, 0, 10_000]);

    await clock.advance(60_000);
    await Promise.all([0, 1, 2].map(send));

    expect(sentMs.slice(4)).toEqual([70_000, 70_000, 70_000]);
  });

  it('adds a random delay to each wait, and keeps the order', async () => {
    const { clock, send, sentMs } = start({ perMinute: 6 }, fixedRandom(0.5));
    const turns = [0, 1, 2].map(send);

    await clock.advance(22_500);
    await Promise.all(turns);

    expect(sentMs).toEqual([0, 12_500, 22_500]);
  });

  it('refuses a wait of more than 30 s, says when to retry, and takes no turn for it', async () => {
    const { clock, send } = start({ perMinute: 1 });
    await send();
    await expect(send()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 60_000 });

    await clock.advance(60_000);

    await send();
  });

  it('follows a slowdown, with a smaller burst, and its end', async () => {
    const { clock, send, sentMs, slowness } = start({ perMinute: 12, burst: 2 });
    slowness.divisor = 2;
    const turns = [0, 1, 2].map(send);
    await clock.advance(20_000);
    await Promise.all(turns);
    expect(sentMs).toEqual([0, 10_000, 20_000]);

    slowness.divisor = 1;
    await clock.advance(60_000);
    const later = [0, 1, 2].map(send);
    await clock.advance(5_000);
    await Promise.all(later);
    expect(sentMs.slice(3)).toEqual([80_000, 80_000, 85_000]);
  });

  it('is that of production while it is slowed down without a rate, and says why it refuses', async () => {
    const { clock, send, sentMs, slowness } = start({});
    slowness.divisor = 8;
    const turns = [0, 1].map(send);
    await expect(Promise.all([send(), ...turns])).rejects.toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining('SEND_SLOWDOWN') as string,
    });
    await clock.advance(24_000);
    await Promise.all(turns);
    expect(sentMs).toEqual([0, 24_000]);
  });

  it.each([
    ['an hour', { perHour: 2 }, HOUR_MS],
    ['a day', { perDay: 2 }, 24 * HOUR_MS],
  ])('limits the messages within %s, and says when the next may go', async (_, limits, spanMs) => {
    const { clock, send } = start(limits);
    await send();
    await clock.advance(60_000);
    await send();

    await expect(send()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: spanMs - 60_000 });
    await clock.advance(spanMs - 60_000);

    await send();
    await expect(send()).rejects.toMatchObject({ code: 'rate_limited' });
  });
});
