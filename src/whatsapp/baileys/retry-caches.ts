import { type WASocket } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';
import { ShortCache } from './short-cache.ts';

/** What Baileys keeps for who asks for a message again: as much, and as long, as in its own `MessageRetryManager`. */
const RECENT_MESSAGES = { max: 512, ttlMs: 300_000 };
const BASE_KEYS = { max: 1024, ttlMs: 900_000 };

/** What stands before the id of a message in a key of Baileys' recent messages. */
const SEPARATOR = '\0';

/** What Baileys' own type does not show. */
interface RetryCaches {
  recentMessagesMap: unknown;
  /** The key of each recent message, by its id. */
  messageKeyIndex: Map<string, string>;
  baseKeys: unknown;
}

/**
 * Gives a new socket other caches for messages that are asked for again, which hold the same. Baileys' own make room for all
 * that they may ever hold when they are made, 70 kB for each socket, of 173 kB that an idle one has alive; and they set a timer
 * for each message that comes or goes. To be called right after the socket is made: what is in them is not carried over.
 */
export function slimRetryCaches({ messageRetryManager }: Pick<WASocket, 'messageRetryManager'>, clock: Clock): void {
  const caches = messageRetryManager as unknown as RetryCaches | null;
  if (!caches) return;
  caches.baseKeys = new ShortCache(clock, BASE_KEYS);
  caches.recentMessagesMap = new ShortCache(clock, RECENT_MESSAGES, (key) => {
    caches.messageKeyIndex.delete(key.slice(key.lastIndexOf(SEPARATOR) + 1));
  });
}
