import { Breaker } from '../../../src/webhooks/breaker.ts';
import { type PostFailure } from '../../../src/webhooks/retry-policy.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const AWAY: PostFailure = { kind: 'unreachable', detail: 'away', maybeArrived: false };

const asksFor = (status: number): PostFailure => ({ kind: 'refused', status, retryAfterMs: 60_000 });

/** A breaker of eight, what it asked for, and posts that end when the test says so. */
function startBreaker() {
  const clock = new ManualClock();
  const asked: string[] = [];
  const breaker = new Breaker({
    width: 8,
    clock,
    probe: () => asked.push('probe'),
    recovered: () => asked.push('recovered'),
  });
  let onTheWay = 0;
  const ends: (() => void)[] = [];
  const post = () =>
    void breaker.run(async () => {
      onTheWay += 1;
      await new Promise<void>((resolve) => ends.push(resolve));
      onTheWay -= 1;
    });
  return { clock, asked, breaker, post, ends, onTheWay: () => onTheWay };
}

/** Lets everything that is due by now happen. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the breaker', () => {
  it('lets as many through as there may be while all is well, also when one session fails', async () => {
    const { breaker, post, onTheWay } = startBreaker();
    breaker.failed(AWAY, 1);
    for (let count = 0; count < 12; count += 1) post();
    await settled();
    expect([breaker.state, onTheWay()]).toEqual(['well', 8]);
  });

  it('lets one through at a time when several sessions fail', async () => {
    const { breaker, post, ends, onTheWay } = startBreaker();
    breaker.failed(AWAY, 1);
    breaker.failed(AWAY, 2);
    for (let count = 0; count < 5; count += 1) post();
    await settled();
    expect([breaker.state, onTheWay()]).toEqual(['down', 1]);
    ends.shift()?.();
    await settled();
    expect(onTheWay()).toBe(1);
  });

  it('lets more and more through after the first that is accepted', async () => {
    const { breaker, post, ends, onTheWay, asked } = startBreaker();
    breaker.failed(AWAY, 2);
    for (let count = 0; count < 40; count += 1) post();
    const widths: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await settled();
      widths.push(onTheWay());
      for (const end of ends.splice(0)) {
        breaker.accepted();
        end();
      }
    }
    expect(widths).toEqual([1, 1, 2, 4, 8]);
    expect([breaker.state, asked]).toEqual(['well', ['recovered']]);
  });

  it('goes down again when several fail while it recovers', () => {
    const { breaker } = startBreaker();
    breaker.failed(AWAY, 2);
    breaker.accepted();
    expect(breaker.state).toBe('recovering');
    breaker.failed(AWAY, 2);
    expect(breaker.state).toBe('down');
  });

  it('has somebody look every 1.5 s while it is down, and nobody before or after', async () => {
    const { breaker, clock, asked } = startBreaker();
    await clock.advance(10_000);
    breaker.failed(AWAY, 2);
    await clock.advance(4_500);
    expect(asked).toEqual(['probe', 'probe', 'probe']);
    breaker.accepted();
    await clock.advance(10_000);
    expect(asked).toEqual(['probe', 'probe', 'probe', 'recovered']);
  });

  it.each([429, 503])('holds everything back for as long as a backend that is down asks with %i', async (status) => {
    const { breaker, clock, asked } = startBreaker();
    breaker.failed(asksFor(status), 2);
    expect([breaker.state, breaker.holdMs()]).toEqual(['down', 60_000]);
    await clock.advance(59_000);
    expect([breaker.holdMs(), asked]).toEqual([1_000, []]);
    await clock.advance(3_000);
    expect([breaker.holdMs(), asked.length > 0]).toEqual([0, true]);
  });

  it('holds nobody else back for what one session alone is asked for', () => {
    const { breaker } = startBreaker();
    breaker.failed(asksFor(429), 1);
    breaker.failed(asksFor(503), 1);
    expect([breaker.state, breaker.holdMs()]).toEqual(['well', 0]);
  });

  it('holds to what was asked for, though a post that was on its way is accepted', () => {
    const { breaker } = startBreaker();
    breaker.failed(asksFor(429), 2);
    breaker.accepted();
    expect([breaker.state, breaker.holdMs()]).toEqual(['recovering', 60_000]);
  });

  it('keeps nobody when it is time to stop', async () => {
    const { breaker, clock, post, onTheWay } = startBreaker();
    breaker.failed(AWAY, 2);
    for (let count = 0; count < 20; count += 1) post();
    breaker.end();
    await settled();
    expect(onTheWay()).toBe(20);
    expect(clock.timers).toEqual([]);
  });
});
