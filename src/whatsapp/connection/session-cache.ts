import type { Clock } from '../../kit/clock.ts';
import { TokenBucket } from '../../kit/token-bucket.ts';
import { WireAddresses } from '../addressing/wire-address.ts';
import { BaileysCache } from '../baileys/baileys-cache.ts';
import { GroupCache } from '../query/group-cache.ts';
import { ServerProps } from '../signal/server-props.ts';
import { RetryCounters } from '../baileys/retry-counters.ts';

/** How many unknown numbers a session may look up: accounts that ask often get banned. */
const QUESTIONS = { size: 20, refillMs: 60_000 };
/** How often WhatsApp is asked whether the account may start conversations; it also notifies of changes. */
const STANDING_QUESTIONS = { size: 1, refillMs: 3_600_000 };
/** How many contacts that registered anew are reported: they must not push everything else out of the timeline. */
const IDENTITY_NOTES = { size: 10, refillMs: 3_600_000 };
/**
 * The age is Baileys' own. WhatsApp does not announce every new device, and a device that is not on the list gets no messages until
 * the list is asked for again.
 */
const DEVICE_LISTS = { ttlMs: 300_000, max: 20_000 };

/** What outlives the connections of a session, but not the process. */
export interface SessionCache {
  retryCounters: RetryCounters;
  groupCache: GroupCache;
  /** The devices of each person. Not shared between accounts: Baileys leaves out the account's own device. */
  deviceLists: BaileysCache;
  /** Where each person is reached. */
  addresses: WireAddresses;
  serverProps: ServerProps;
  /** How many more numbers the session may look up. */
  allowance: TokenBucket;
  /** Whether WhatsApp may be asked, after a login, whether the account may start conversations. */
  standingQuestions: TokenBucket;
  /** How many more contacts that registered anew are reported. */
  identityNotes: TokenBucket;
}

/** The empty caches of a session that had no connection yet. */
export function createSessionCache(clock: Clock): SessionCache {
  return {
    retryCounters: new RetryCounters(clock),
    groupCache: new GroupCache(clock),
    deviceLists: new BaileysCache(clock, DEVICE_LISTS),
    addresses: new WireAddresses(clock),
    serverProps: new ServerProps(),
    allowance: new TokenBucket(QUESTIONS, clock),
    standingQuestions: new TokenBucket(STANDING_QUESTIONS, clock),
    identityNotes: new TokenBucket(IDENTITY_NOTES, clock),
  };
}
