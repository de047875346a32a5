import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type JournalEntry, type KeyChange, type SignalKeyStore } from '../../ports/signal.ts';
import { type SessionId } from '../../domain/session-id.ts';

/**
 * Those that Baileys asks for with each message, again and again, and pre-keys, which it asks for by hundreds when it has just made
 * them. Others are asked for once.
 */
const REMEMBERED = new Set([
  'session',
  'sender-key',
  'identity-key',
  'device-list',
  'lid-mapping',
  'tctoken',
  'pre-key',
]);
/** Of all accounts together, in characters: some four thousand ratchets. */
const MAX_SIZE = 8_000_000;
/** What an entry takes beside its texts, about. */
const ENTRY_SIZE = 200;

/** What the storage has under a name. That it has nothing is worth being remembered, too. */
interface Remembered {
  text: string | undefined;
}

/** The keys that were asked for last, of all lines, within one bound. */
export type KeyCache = LRUCache<string, Remembered>;

/** A memory of nothing yet, for `maxSize` characters. */
export function createKeyCache(maxSize = MAX_SIZE): KeyCache {
  return new LRUCache({
    maxSize,
    sizeCalculation: ({ text = '' }, name) => name.length + text.length + ENTRY_SIZE,
  });
}

/**
 * The store for one line, which alone writes the keys of its session. With each message Baileys asks for the devices of its sender,
 * and for a ratchet under an address that mostly has none: what is remembered is neither read nor decrypted again. What another
 * line knew is never found, nor what was known when something could not be stored.
 */
export class CachedKeyStore implements SignalKeyStore {
  readonly #store: SignalKeyStore;
  readonly #cache: KeyCache;
  /** Whose entries in the memory count. */
  #owner = randomUUID();
  /** How often something was changed. */
  #changes = 0;

  constructor(store: SignalKeyStore, cache: KeyCache) {
    this.#store = store;
    this.#cache = cache;
  }

  credentials(sessionId: SessionId): Promise<string | undefined> {
    return this.#store.credentials(sessionId);
  }

  saveCredentials(sessionId: SessionId, value: string): Promise<void> {
    return this.#store.saveCredentials(sessionId, value);
  }

  async get(sessionId: SessionId, type: string, ids: readonly string[]): Promise<Map<string, string>> {
    if (!REMEMBERED.has(type)) return this.#store.get(sessionId, type, ids);
    const found = new Map<string, string>();
    const unknown: string[] = [];
    for (const id of ids) {
      const known = this.#cache.get(this.#nameOf(type, id));
      if (!known) unknown.push(id);
      else if (known.text !== undefined) found.set(id, known.text);
    }
    if (unknown.length === 0) return found;
    const stored = await this.#ask(sessionId, type, unknown);
    return new Map([...found, ...stored]);
  }

  async set(sessionId: SessionId, changes: readonly KeyChange[], ...decrypted: readonly JournalEntry[]): Promise<void> {
    this.#changes += 1;
    for (const { type, id, value } of changes) this.#remember(type, id, value ?? undefined);
    try {
      await this.#store.set(sessionId, changes, ...decrypted);
    } catch (error) {
      this.#owner = randomUUID();
      throw error;
    }
  }

  forget(sessionId: SessionId): Promise<void> {
    return this.#store.forget(sessionId);
  }

  /** What is changed while the storage is asked counts more than its answer. */
  async #ask(sessionId: SessionId, type: string, ids: readonly string[]): Promise<Map<string, string>> {
    const changesBefore = this.#changes;
    const stored = await this.#store.get(sessionId, type, ids);
    if (this.#changes === changesBefore) for (const id of ids) this.#remember(type, id, stored.get(id));
    return stored;
  }

  #remember(type: string, id: string, text: string | undefined): void {
    if (REMEMBERED.has(type)) this.#cache.set(this.#nameOf(type, id), { text });
  }

  #nameOf(type: string, id: string): string {
    return `${this.#owner} ${type} ${id}`;
  }
}
