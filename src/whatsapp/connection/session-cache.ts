import { type Clock } from '../../kit/clock.ts';
import { TokenBucket } from '../../kit/token-bucket.ts';
import { BoundedCache } from '../baileys/bounded-cache.ts';
import { GroupCache } from '../query/group-cache.ts';
import { RetryCounters } from '../baileys/retry-counters.ts';

/** So many unknown numbers may be asked for: asking often is a reason for bans. */
const QUESTIONS = { size: 20, refillMs: 60_000 };
/**
 * As long as Baileys keeps them itself: WhatsApp does not tell of each new device, and somebody's new one gets no message
 * until his list is asked for again.
 */
const DEVICE_LISTS = { ttlMs: 300_000, max: 20_000 };

/** What the lines of one session hand on to each other, and the end of the process takes away. */
export interface SessionCache {
  retryCounters: RetryCounters;
  groupCache: GroupCache;
  /** Which devices people have. Of this account alone: Baileys leaves out the account's own device. */
  deviceLists: BoundedCache;
  /** How often the session may still ask for numbers. */
  allowance: TokenBucket;
}

/** The memory of a session that had no line yet. */
export function createSessionCache(clock: Clock): SessionCache {
  return {
    retryCounters: new RetryCounters(clock),
    groupCache: new GroupCache(clock),
    deviceLists: new BoundedCache(clock, DEVICE_LISTS),
    allowance: new TokenBucket(QUESTIONS, clock),
  };
}
