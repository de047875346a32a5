import { type WASocket } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';
import { BoundedCache } from './bounded-cache.ts';

/** More than these at a time would be an attack. */
const BOUNDS = { ttlMs: 3600_000, max: 5_000 };

/**
 * Counts, over all lines of one session, how often each message was asked for again. Baileys counts per socket: after
 * each reconnect it would begin anew, and a message that nobody can decrypt would be asked for without an end.
 */
export class RetryCounters extends BoundedCache {
  constructor(clock: Clock) {
    super(clock, BOUNDS);
  }

  /** Lets a new socket go on where the last one was: what it counts by beside this cache begins with these. */
  carryOver({ messageRetryManager }: WASocket): void {
    const counters = messageRetryManager as unknown as { retryCounters: Map<string, number> } | null;
    for (const [key, count] of this.fresh()) {
      // Baileys' keys are `<message id>:<participant>`, its other counter's the id alone.
      const [messageId] = key.split(':');
      if (messageId) counters?.retryCounters.set(messageId, Number(count));
    }
  }
}
