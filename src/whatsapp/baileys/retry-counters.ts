import { type BinaryNode, type WASocket } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import { BaileysCache } from './baileys-cache.ts';

/** More than `max` within an hour would be an attack. */
const BOUNDS = { ttlMs: 3600_000, max: 5_000 };

/** As often as Baileys requests a message (`maxMsgRetryCount`). */
const GIVEN_UP_AFTER = 5;

/** The id in a key: what follows is `undefined` or a JID. */
const MESSAGE_ID = /^(.+?):(?:undefined|[^:@]*(?::\d+)?@[^:]*)$/s;

/**
 * Counts how often each message was requested again, over all connections of one session. Baileys counts per socket: it would start
 * over with each reconnect, and request a message that cannot be decrypted without end.
 */
export class RetryCounters extends BaileysCache {
  /** How often Baileys failed at a message without requesting it. */
  readonly #failures: BoundedCache<number>;

  constructor(clock: Clock) {
    super(clock, BOUNDS);
    this.#failures = new BoundedCache(clock, BOUNDS);
  }

  /** Counts a message at which Baileys failed altogether, without a request. */
  failed({ attrs }: BinaryNode): void {
    const key = failureOf(attrs);
    this.#failures.set(key, this.#failuresOf(key) + 1);
  }

  /**
   * Whether a message that waited at WhatsApp was requested so often that nobody requests it any more. It was told as one that
   * cannot be decrypted; WhatsApp would deliver it again at each login.
   */
  isGivenUp({ tag, attrs }: BinaryNode): boolean {
    if (tag !== 'message' || attrs.offline === undefined) return false;
    const requests = Number(this.get(`${attrs.id ?? ''}:${String(attrs.participant)}`) ?? 0);
    return Math.max(requests, this.#failuresOf(failureOf(attrs))) >= GIVEN_UP_AFTER;
  }

  /** Copies the counts into a new socket's own counter, which Baileys keeps beside this cache. */
  carryOver({ messageRetryManager }: WASocket): void {
    const counters = messageRetryManager as unknown as { retryCounters: Map<string, number> } | null;
    for (const [key, count] of this.entries()) {
      // The keys here are `<message id>:<participant>`, those of the other counter message ids; both may have colons.
      const [, messageId] = MESSAGE_ID.exec(key) ?? [];
      if (messageId) counters?.retryCounters.set(messageId, Number(count));
    }
  }

  #failuresOf(key: string): number {
    return this.#failures.get(key) ?? 0;
  }
}

function failureOf({ id = '', from = '', participant = '' }: BinaryNode['attrs']): string {
  return `${id} ${from} ${participant}`;
}
