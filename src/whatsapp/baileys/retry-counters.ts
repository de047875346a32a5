import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import type { Clock } from '../../kit/clock.ts';
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
  /** How often Baileys was done with a message that had waited, whatever became of it. */
  readonly #handled: BoundedCache<number>;

  constructor(clock: Clock) {
    super(clock, BOUNDS);
    this.#handled = new BoundedCache(clock, BOUNDS);
  }

  /** Counts a message that had waited at WhatsApp, and that Baileys is done with. */
  handled({ attrs }: BinaryNode): void {
    if (attrs.offline === undefined) return;
    const key = letterOf(attrs);
    this.#handled.set(key, this.#timesHandled(key) + 1);
  }

  /**
   * Whether a message that waited at WhatsApp was requested so often that nobody requests it any more, or was handled so
   * often without that WhatsApp stops delivering it: Baileys counts the requests of all messages with one id together, and
   * requests no other one when one has had its five. It was told, at least as one that cannot be decrypted; WhatsApp would
   * deliver it again at each login.
   */
  isGivenUp({ tag, attrs }: BinaryNode): boolean {
    if (tag !== 'message' || attrs.offline === undefined) return false;
    const requests = Number(this.get(`${attrs.id ?? ''}:${String(attrs.participant)}`) ?? 0);
    return Math.max(requests, this.#timesHandled(letterOf(attrs))) >= GIVEN_UP_AFTER;
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

  #timesHandled(key: string): number {
    return this.#handled.get(key) ?? 0;
  }
}

function letterOf({ id = '', from = '', participant = '' }: BinaryNode['attrs']): string {
  return `${id} ${from} ${participant}`;
}
