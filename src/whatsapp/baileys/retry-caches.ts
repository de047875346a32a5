import type { WASocket } from '@whiskeysockets/baileys';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import type { Clock } from '../../kit/clock.ts';

/** The bounds of Baileys' own `MessageRetryManager`. */
const RECENT_MESSAGES = { max: 512, ttlMs: 300_000, autopurge: true };
const BASE_KEYS = { max: 1024, ttlMs: 900_000, autopurge: true };
/** Baileys bounds these by age alone; more than `max` at a time would be an attack. It reads no count without setting it anew. */
const NEW_SESSIONS = { max: 5_000, ttlMs: 7_200_000, autopurge: true };
const COUNTS = { max: 5_000, ttlMs: 900_000, autopurge: true };

/** Separates chat and message id in the keys of Baileys' recent messages. */
const SEPARATOR = '\0';

/** What Baileys' own type hides. */
interface RetryCaches {
  recentMessagesMap: unknown;
  /** The key of each recent message, by message id. */
  messageKeyIndex: Map<string, string>;
  baseKeys: unknown;
  /** When a Signal session was last begun anew, by JID. */
  sessionRecreateHistory: unknown;
  /** How often each message was requested again, by message id. */
  retryCounters: unknown;
}

/**
 * Replaces a new socket's caches for messages that recipients request again by smaller ones with the same bounds. Baileys' own
 * allocate for the maximum at once, 70 kB of the 173 kB that an idle socket takes, or cost 1.7 kB each while empty, and set a timer for
 * each message. Call it right after the socket is made: contents are not carried over.
 */
export function slimRetryCaches({ messageRetryManager }: Pick<WASocket, 'messageRetryManager'>, clock: Clock): void {
  const caches = messageRetryManager as unknown as RetryCaches | null;
  if (!caches) return;
  caches.baseKeys = new BoundedCache(clock, BASE_KEYS);
  caches.sessionRecreateHistory = new BoundedCache(clock, NEW_SESSIONS);
  caches.retryCounters = new BoundedCache(clock, COUNTS);
  caches.recentMessagesMap = new BoundedCache(clock, {
    ...RECENT_MESSAGES,
    onRemoved: (key) => caches.messageKeyIndex.delete(key.slice(key.lastIndexOf(SEPARATOR) + 1)),
  });
}
