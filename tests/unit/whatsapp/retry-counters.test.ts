import { type WASocket } from '@whiskeysockets/baileys';
import { RetryCounters } from '../../../src/whatsapp/baileys/retry-counters.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

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
