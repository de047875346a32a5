import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { JournalEntry, KeyChange, SignalKeyName, SignalKeyStore } from '../../ports/signal.ts';
import type { SessionId } from '../../domain/session-id.ts';

/**
 * The types that Baileys reads with every message, again and again, and pre-keys, which it reads by the hundreds right
 * after it created them. Others are read once.
 */
const CACHED_TYPES = new Set([
  'session',
  'sender-key',
  'identity-key',
  'device-list',
  'lid-mapping',
  'tctoken',
  'pre-key',
]);
/** For all accounts together, in characters: some four thousand ratchets. */
const MAX_SIZE = 8_000_000;
/** Roughly what an entry takes besides its texts, in characters. */
const ENTRY_SIZE = 200;

/** What the storage has under a name. That it has nothing is cached too. */
interface CachedKey {
  text: string | undefined;
}

/** The most recently used keys of all connections, within one bound. */
export type KeyCache = LRUCache<string, CachedKey>;

/** Creates an empty cache of `maxSize` characters. */
export function createKeyCache(maxSize = MAX_SIZE): KeyCache {
  return new LRUCache({
    maxSize,
    sizeCalculation: ({ text = '' }, name) => name.length + text.length + ENTRY_SIZE,
  });
}

/**
 * The key store of one connection, the only writer of its session's keys. With every message Baileys reads the devices
 * of the sender, and a ratchet under an address that mostly has none: what is cached is neither read nor decrypted
 * again. A connection never finds what another one cached, nor what was cached before a write failed.
 */
export class CachedKeyStore implements SignalKeyStore {
  readonly #store: SignalKeyStore;
  readonly #cache: KeyCache;
  /** Marks the entries of this connection that are valid. */
  #owner = randomUUID();
  /** The number of changes so far. */
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

  /** The values that exist, by id, if all of these are cached; `undefined` if the storage must be asked. */
  known(type: string, ids: readonly string[]): Map<string, string> | undefined {
    const { found, unknown } = this.#cached(type, ids);
    return unknown.length === 0 ? found : undefined;
  }

  async get(sessionId: SessionId, type: string, ids: readonly string[]): Promise<Map<string, string>> {
    if (!CACHED_TYPES.has(type)) return this.#store.get(sessionId, type, ids);
    const { found, unknown } = this.#cached(type, ids);
    if (unknown.length === 0) return found;
    const stored = await this.#read(sessionId, type, unknown);
    return new Map([...found, ...stored]);
  }

  async set(sessionId: SessionId, changes: readonly KeyChange[], ...decrypted: readonly JournalEntry[]): Promise<void> {
    this.#changes += 1;
    for (const { type, id, value } of changes) this.#put(type, id, value ?? undefined);
    try {
      await this.#store.set(sessionId, changes, ...decrypted);
    } catch (error) {
      this.#owner = randomUUID();
      throw error;
    }
  }

  async unreadable(sessionId: SessionId, key: SignalKeyName | 'credentials'): Promise<void> {
    if (key !== 'credentials') this.#put(key.type, key.id, undefined);
    await this.#store.unreadable(sessionId, key);
  }

  forget(sessionId: SessionId): Promise<void> {
    return this.#store.forget(sessionId);
  }

  #cached(type: string, ids: readonly string[]): { found: Map<string, string>; unknown: string[] } {
    const found = new Map<string, string>();
    const unknown: string[] = [];
    for (const id of ids) {
      const known = this.#cache.get(this.#nameOf(type, id));
      if (!known) unknown.push(id);
      else if (known.text !== undefined) found.set(id, known.text);
    }
    return { found, unknown };
  }

  /** A change that is made while the storage is read is newer than what it returns. */
  async #read(sessionId: SessionId, type: string, ids: readonly string[]): Promise<Map<string, string>> {
    const changesBefore = this.#changes;
    const stored = await this.#store.get(sessionId, type, ids);
    if (this.#changes === changesBefore) for (const id of ids) this.#put(type, id, stored.get(id));
    return stored;
  }

  #put(type: string, id: string, text: string | undefined): void {
    if (CACHED_TYPES.has(type)) this.#cache.set(this.#nameOf(type, id), { text });
  }

  #nameOf(type: string, id: string): string {
    return `${this.#owner} ${type} ${id}`;
  }
}
