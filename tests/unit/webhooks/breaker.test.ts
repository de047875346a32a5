import { Breaker } from '../../../src/webhooks/breaker.ts';
import type { DeliveryFailure } from '../../../src/webhooks/retry-policy.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const DOWN: DeliveryFailure = { kind: 'unreachable', detail: 'down', maybeArrived: false };

const asksFor = (status: number): DeliveryFailure => ({ kind: 'refused', status, retryAfterMs: 60_000 });

/** A breaker with eight slots, its calls, and deliveries that end when the test says so. */
function startBreaker() {
  const clock = new ManualClock();
  const calls: string[] = [];
  const breaker = new Breaker({
    width: 8,
    clock,
    probe: () => calls.push('probe'),
    recovered: () => calls.push('recovered'),
  });
  let inFlight = 0;
  const ends: (() => void)[] = [];
  const deliver = () =>
    void breaker.run(async () => {
      inFlight += 1;
      await new Promise<void>((resolve) => ends.push(resolve));
      inFlight -= 1;
    });
  return { clock, calls, breaker, deliver, ends, inFlight: () => inFlight };
}

/** Lets everything happen that is due by now. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the breaker', () => {
  it('allows full concurrency while all is well, also when one session fails', async () => {
    const { breaker, deliver, inFlight } = startBreaker();
    breaker.failed(DOWN, 1);
    for (let count = 0; count < 12; count += 1) deliver();
    await settled();
    expect([breaker.state, inFlight()]).toEqual(['well', 8]);
  });

  it('allows one delivery at a time when several sessions fail', async () => {
    const { breaker, deliver, ends, inFlight } = startBreaker();
    breaker.failed(DOWN, 1);
    breaker.failed(DOWN, 2);
    for (let count = 0; count < 5; count += 1) deliver();
    await settled();
    expect([breaker.state, inFlight()]).toEqual(['down', 1]);
    ends.shift()?.();
    await settled();
    expect(inFlight()).toBe(1);
  });

  it('allows more and more after the first accepted delivery', async () => {
    const { breaker, deliver, ends, inFlight, calls } = startBreaker();
    breaker.failed(DOWN, 2);
    for (let count = 0; count < 40; count += 1) deliver();
    const widths: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await settled();
      widths.push(inFlight());
      for (const end of ends.splice(0)) {
        breaker.accepted();
        end();
      }
    }
    expect(widths).toEqual([1, 1, 2, 4, 8]);
    expect([breaker.state, calls]).toEqual(['well', ['recovered']]);
  });

  it('goes down again when several fail while it recovers', () => {
    const { breaker } = startBreaker();
    breaker.failed(DOWN, 2);
    breaker.accepted();
    expect(breaker.state).toBe('recovering');
    breaker.failed(DOWN, 2);
    expect(breaker.state).toBe('down');
  });

  it('probes every 1.5 s while the backend is down, and not before or after', async () => {
    const { breaker, clock, calls } = startBreaker();
    await clock.advance(10_000);
    breaker.failed(DOWN, 2);
    await clock.advance(4_500);
    expect(calls).toEqual(['probe', 'probe', 'probe']);
    breaker.accepted();
    await clock.advance(10_000);
    expect(calls).toEqual(['probe', 'probe', 'probe', 'recovered']);
  });

  it.each([429, 503])('holds everything back for as long as a backend that is down asks with %i', async (status) => {
    const { breaker, clock, calls } = startBreaker();
    breaker.failed(asksFor(status), 2);
    expect([breaker.state, breaker.holdMs()]).toEqual(['down', 60_000]);
    await clock.advance(59_000);
    expect([breaker.holdMs(), calls]).toEqual([1_000, []]);
    await clock.advance(3_000);
    expect([breaker.holdMs(), calls.length > 0]).toEqual([0, true]);
  });

  it('does not hold others back for what the backend asks of one session', () => {
    const { breaker } = startBreaker();
    breaker.failed(asksFor(429), 1);
    breaker.failed(asksFor(503), 1);
    expect([breaker.state, breaker.holdMs()]).toEqual(['well', 0]);
  });

  it('keeps to what was asked for, though a delivery in flight is accepted', () => {
    const { breaker } = startBreaker();
    breaker.failed(asksFor(429), 2);
    breaker.accepted();
    expect([breaker.state, breaker.holdMs()]).toEqual(['recovering', 60_000]);
  });

  it('holds nobody back after it was stopped', async () => {
    const { breaker, clock, deliver, inFlight } = startBreaker();
    breaker.failed(DOWN, 2);
    for (let count = 0; count < 20; count += 1) deliver();
    breaker.stop();
    await settled();
    expect(inFlight()).toBe(20);
    expect(clock.timers).toEqual([]);
  });
});
