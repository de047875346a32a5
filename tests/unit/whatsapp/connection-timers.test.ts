import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { currentConnection, withinConnection } from '../../../src/whatsapp/baileys/connection-context.ts';
import { ConnectionClock } from '../../../src/whatsapp/connection/watchdogs/connection-clock.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

/** A connection whose intervals run on a clock that the test advances. Jest's process has all patches. */
function connection() {
  const clock = new ManualClock();
  const intervals = new ConnectionClock(clock);
  const context = { sessionId: 'session_1_a' as SessionId, failed: () => undefined, intervals };
  const within = <Result>(work: () => Result): Result => withinConnection(context, work);
  return { clock, intervals, within };
}

/** Whether it is a timer of Node's. */
function isStock(timer: unknown): boolean {
  return (timer as object).constructor.name === 'Timeout';
}

describe('an interval that is set on a connection', () => {
  it('repeats with its values until it is cleared', async () => {
    const { clock, within } = connection();
    const ran: unknown[] = [];
    const interval = within(() => setInterval((value: string) => ran.push(value), 30_000, 'ping').unref());
    expect(isStock(interval)).toBe(false);
    await clock.advance(95_000);
    expect(ran).toEqual(['ping', 'ping', 'ping']);
    clearInterval(interval);
    await clock.advance(95_000);
    expect(ran).toHaveLength(3);
    expect(clock.timers).toEqual([]);
  });

  it('may clear itself', async () => {
    const { clock, within } = connection();
    let runs = 0;
    const interval = within(() =>
      setInterval(() => {
        runs += 1;
        clearInterval(interval);
      }, 1_000),
    );
    await clock.advance(10_000);
    expect(runs).toBe(1);
  });

  it('ends with the connection, and is not set on one that is over', async () => {
    const { clock, intervals, within } = connection();
    let runs = 0;
    const set = () => within(() => setInterval(() => (runs += 1), 1_000));
    set();
    intervals.stop();
    set();
    await clock.advance(10_000);
    expect(runs).toBe(0);
    expect(clock.timers).toEqual([]);
  });
});

describe('a timeout', () => {
  it('of two seconds and more on a connection is none of Node, keeps its connection, and can be cleared', async () => {
    const { within } = connection();
    const ran: string[] = [];
    const [timeout, cleared] = within(() => [
      setTimeout((value: string) => ran.push(`${value} ${currentConnection()?.sessionId}`), 2_000, 'late'),
      setTimeout(() => ran.push('cleared'), 2_000),
    ]);
    expect([isStock(timeout), isStock(cleared)]).toEqual([false, false]);
    timeout.ref();
    expect(timeout.hasRef()).toBe(false);
    clearTimeout(cleared);
    await pause(1_500);
    timeout.refresh();
    await pause(1_000);
    expect(ran).toEqual([]);
    await pause(1_500);
    expect(ran).toEqual(['late session_1_a']);
  });

  it('that is short, or on no connection, stays one of Node', () => {
    const { within } = connection();
    const timers = [within(() => setTimeout(() => undefined, 1_999)), setTimeout(() => undefined, 60_000)];
    const interval = setInterval(() => undefined, 60_000);
    expect([...timers, interval].map(isStock)).toEqual([true, true, true]);
    for (const timer of timers) clearTimeout(timer);
    clearInterval(interval);
    clearTimeout(undefined);
  });

  it('keeps its form with a promise', async () => {
    await expect(promisify(setTimeout)(1, 'done')).resolves.toBe('done');
  });
});
