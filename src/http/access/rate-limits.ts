import { isIPv6 } from 'node:net';
import { AppError } from '../../domain/errors.ts';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import type { Clock } from '../../kit/clock.ts';
import { TokenBucket } from '../../kit/token-bucket.ts';

const MINUTE_MS = 60_000;
/** Wrong keys that a network may send at once; after that, one every three seconds. */
const FAILURES_A_MINUTE = 20;
/** How long a network is known by a key that it has used. */
const KNOWN_MS = 24 * 60 * MINUTE_MS;
/** How many buckets are kept; the least recently used one is evicted. */
const MAX_BUCKETS = 10_000;
const TOO_MANY = 'Too many requests; try again after the time in Retry-After.';
const TOO_MANY_FAILURES = 'Too many wrong keys from this address; try again after the time in Retry-After.';

/** Limits requests per key and per network, and wrong keys per network: see {@link networkOf}. */
export class RateLimits {
  readonly #requests: Buckets | undefined;
  readonly #failures: Buckets;
  readonly #known: BoundedCache<true>;

  /** `perMinute` is `RATE_LIMIT`; 0 is no limit. */
  constructor(perMinute: number, clock: Clock) {
    this.#requests = perMinute > 0 ? new Buckets(perMinute, clock) : undefined;
    this.#failures = new Buckets(FAILURES_A_MINUTE, clock);
    this.#known = new BoundedCache(clock, { max: MAX_BUCKETS, ttlMs: KNOWN_MS });
  }

  /**
   * Counts a request of this network: one that needs no key, one without a valid key, or one of a caller. None of them uses up
   * what the others may.
   * @throws AppError `rate_limited`
   */
  countNetwork(network: string, kind: 'public' | 'stranger' | 'caller'): void {
    this.#count(`${kind} ${network}`);
  }

  /** Counts a request of this caller. @throws AppError `rate_limited` */
  countCaller(id: string): void {
    this.#count(`key ${id}`);
  }

  /** Counts a wrong key. */
  countFailure(network: string): void {
    this.#failures.of(network).take();
  }

  /** Remembers that this network has a right key. */
  remember(network: string, key: string): void {
    this.#known.set(`${network} ${key}`, true);
  }

  /** Whether the network has had this right key. */
  isKnown(network: string, key: string): boolean {
    return this.#known.get(`${network} ${key}`) !== undefined;
  }

  /** Refuses a network that has sent too many wrong keys. @throws AppError `rate_limited` */
  refuseGuessing(network: string): void {
    const retryAfterMs = this.#failures.of(network).waitMs();
    if (retryAfterMs > 0) throw new AppError('rate_limited', { message: TOO_MANY_FAILURES, retryAfterMs });
  }

  #count(name: string): void {
    const bucket = this.#requests?.of(name);
    if (!bucket || bucket.take()) return;
    throw new AppError('rate_limited', { message: TOO_MANY, retryAfterMs: bucket.waitMs() });
  }
}

/** One token bucket per name. */
class Buckets {
  readonly #perMinute: number;
  readonly #clock: Clock;
  readonly #buckets: BoundedCache<TokenBucket>;

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
    // A bucket that has had the time to refill is as good as a new one.
    this.#buckets = new BoundedCache(clock, { max: MAX_BUCKETS, ttlMs: MINUTE_MS });
  }

  of(name: string): TokenBucket {
    const found = this.#buckets.get(name);
    const bucket = found ?? new TokenBucket({ size: this.#perMinute, refillMs: MINUTE_MS }, this.#clock);
    // Set again with each use, so that the least recently used one is evicted first.
    this.#buckets.set(name, bucket);
    return bucket;
  }
}

/** An address, or the /64 of an IPv6 address: whoever has one of its addresses has them all. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return address;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  const all = [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...rest];
  return all
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
