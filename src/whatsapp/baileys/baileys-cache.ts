import type { CacheStore } from '@whiskeysockets/baileys';
import { BoundedCache, type CacheValue } from '../../kit/bounded-cache.ts';

/** A bounded cache in the form that Baileys takes. Unlike one that Baileys makes itself, it can outlive the socket. */
export class BaileysCache extends BoundedCache<CacheValue> implements CacheStore {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the form is Baileys'
  override get<Value>(key: string): Value | undefined {
    return super.get(key) as Value | undefined;
  }

  /** Baileys never sets `undefined` or `null`. */
  override set(key: string, value: unknown): void {
    super.set(key, value as CacheValue);
  }

  del(key: string): void {
    this.delete(key);
  }

  flushAll(): void {
    this.clear();
  }
}
