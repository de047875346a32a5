import type { WASocket } from '@whiskeysockets/baileys';
import { RetryCounters } from '../../../src/whatsapp/baileys/retry-counters.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const LIVE = { tag: 'message', attrs: { id: 'A1', from: '1@g.us', participant: '22:3@lid' } };
const WAITING = { ...LIVE, attrs: { ...LIVE.attrs, offline: '0' } };
const OTHER = { ...WAITING, attrs: { ...WAITING.attrs, participant: '33@lid' } };

/** A socket with nothing but its own counter. */
function freshSocket() {
  const retryCounters = new Map<string, number>();
  return { retryCounters, socket: { messageRetryManager: { retryCounters } } as unknown as WASocket };
}

describe('the counters of messages that were requested again', () => {
  it('continue where the last connection ended', () => {
    const counters = new RetryCounters(new ManualClock());
    counters.set('A1:222@lid', 4);
    const { socket, retryCounters } = freshSocket();

    counters.carryOver(socket);

    expect([...retryCounters]).toEqual([['A1', 4]]);
    expect(counters.get('A1:222@lid')).toBe(4);
  });

  it.each([
    ['A1:undefined', 'A1'],
    ['A1:22:3@lid', 'A1'],
    [':x:undefined', ':x'],
    ['a:b:22:3@lid', 'a:b'],
  ])('find the id in %s', (key, id) => {
    const counters = new RetryCounters(new ManualClock());
    counters.set(key, 2);
    const { socket, retryCounters } = freshSocket();

    counters.carryOver(socket);

    expect([...retryCounters]).toEqual([[id, 2]]);
  });

  it('say when a message that waits is given up: after five requests', () => {
    const counters = new RetryCounters(new ManualClock());
    counters.set('A1:22:3@lid', 4);
    expect(counters.isGivenUp(WAITING)).toBe(false);

    counters.set('A1:22:3@lid', 5);

    expect([WAITING, LIVE, OTHER].map((stanza) => counters.isGivenUp(stanza))).toEqual([true, false, false]);
  });

  it('give it up also if Baileys was done with it five times, and counted requests for another one of that id', () => {
    const counters = new RetryCounters(new ManualClock());
    counters.set('A1:33@lid', 5);
    for (let times = 0; times < 4; times += 1) counters.handled(WAITING);
    for (let times = 0; times < 9; times += 1) counters.handled(LIVE);
    expect(counters.isGivenUp(WAITING)).toBe(false);

    counters.handled(WAITING);

    expect([WAITING, LIVE, OTHER].map((stanza) => counters.isGivenUp(stanza))).toEqual([true, false, true]);
  });

  it('are dropped after an hour, or on request', async () => {
    const clock = new ManualClock();
    const counters = new RetryCounters(clock);
    counters.set('A1:x', 1);
    counters.set('A2:x', 1);
    counters.del('A2:x');
    expect([counters.get('A1:x'), counters.get('A2:x')]).toEqual([1, undefined]);

    await clock.advance(3600_000);

    const { socket, retryCounters } = freshSocket();
    counters.carryOver(socket);
    expect([counters.get('A1:x'), retryCounters.size]).toEqual([undefined, 0]);
  });

  it('are bounded: the oldest is evicted first', () => {
    const counters = new RetryCounters(new ManualClock());
    for (let count = 0; count <= 5_000; count += 1) counters.set(`A${count}:x`, 1);
    expect([counters.get('A0:x'), counters.get('A1:x'), counters.get('A5000:x')]).toEqual([undefined, 1, 1]);
  });
});
