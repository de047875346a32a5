import { isIPv6 } from 'node:net';
import { AppError } from '../../domain/errors.ts';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import type { Clock } from '../../kit/clock.ts';
import { TokenBucket } from '../../kit/token-bucket.ts';

const MINUTE_MS = 60_000;
/** Wrong keys that an address may send at once; after that, one every three seconds. */
const FAILURES_A_MINUTE = 20;
/** How long an address is known by a key that it has used. */
const KNOWN_MS = 24 * 60 * MINUTE_MS;
/** How many buckets are kept; the least recently used one is evicted. */
const MAX_BUCKETS = 10_000;
const TOO_MANY = 'Too many requests; try again after the time in Retry-After.';
const TOO_MANY_FAILURES = 'Too many wrong keys from this address; try again after the time in Retry-After.';

/** Limits requests per key and per address, and wrong keys per address. */
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
   * Counts a request of this address: one that needs no key, one without a valid key, or one of a caller. None of them uses up
   * what the others may.
   * @throws AppError `rate_limited`
   */
  countAddress(address: string, kind: 'public' | 'stranger' | 'caller'): void {
    this.#count(`${kind} ${networkOf(address)}`);
  }

  /** Counts a request of this caller. @throws AppError `rate_limited` */
  countCaller(id: string): void {
    this.#count(`key ${id}`);
  }

  /** Counts a wrong key. */
  countFailure(address: string): void {
    this.#failures.of(networkOf(address)).take();
  }

  /** Remembers that this address has a right key. */
  remember(address: string, key: string): void {
    this.#known.set(`${networkOf(address)} ${key}`, true);
  }

  /** Whether the address has had this right key. */
  isKnown(address: string, key: string): boolean {
    return this.#known.get(`${networkOf(address)} ${key}`) !== undefined;
  }

  /** Refuses an address that has sent too many wrong keys. @throws AppError `rate_limited` */
  refuseGuessing(address: string): void {
    const retryAfterMs = this.#failures.of(networkOf(address)).waitMs();
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

/** The /64 of an IPv6 address: whoever has one of its addresses has them all. */
function networkOf(address: string): string {
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
