import { type WASocket } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';
import { BaileysCache } from './baileys-cache.ts';

/** More than `max` within an hour would be an attack. */
const BOUNDS = { ttlMs: 3600_000, max: 5_000 };

/**
 * Counts how often each message was requested again, over all connections of one session. Baileys counts per socket: it would start
 * over with each reconnect, and request a message that cannot be decrypted without end.
 */
export class RetryCounters extends BaileysCache {
  constructor(clock: Clock) {
    super(clock, BOUNDS);
  }

  /** Copies the counts into a new socket's own counter, which Baileys keeps beside this cache. */
  carryOver({ messageRetryManager }: WASocket): void {
    const counters = messageRetryManager as unknown as { retryCounters: Map<string, number> } | null;
    for (const [key, count] of this.entries()) {
      // The keys here are `<message id>:<participant>`, those of the other counter message ids.
      const [messageId] = key.split(':');
      if (messageId) counters?.retryCounters.set(messageId, Number(count));
    }
  }
}
