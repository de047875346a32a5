import type { SignalKeyStore } from '../../../src/ports/signal.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { createKeyCache, CachedKeyStore } from '../../../src/whatsapp/signal/key-cache.ts';

const SESSION = 'session_1_aaaaaaaaa' as SessionId;

/** A storage that records what it was asked for; each change takes a turn, and may fail. */
class AskedStore implements SignalKeyStore {
  readonly asked: string[] = [];
  readonly stored = new Map<string, string>();
  isFull = false;

  get(_: SessionId, type: string, ids: readonly string[]): Promise<Map<string, string>> {
    this.asked.push(...ids.map((id) => `${type} ${id}`));
    const found = ids.flatMap((id) => {
      const text = this.stored.get(`${type} ${id}`);
      return text === undefined ? [] : [[id, text] as const];
    });
    return Promise.resolve(new Map(found));
  }

  async set(_: SessionId, changes: readonly { type: string; id: string; value: string | null }[]): Promise<void> {
    await Promise.resolve();
    if (this.isFull) throw new Error('the disk is full');
    for (const { type, id, value } of changes) {
      if (value === null) this.stored.delete(`${type} ${id}`);
      else this.stored.set(`${type} ${id}`, value);
    }
  }

  credentials = () => Promise.resolve(undefined);
  saveCredentials = () => Promise.resolve();
  unreadable = () => Promise.resolve();
  forget = () => Promise.resolve();
}

function startKeys({ store = new AskedStore(), cache = createKeyCache() } = {}) {
  const keys = new CachedKeyStore(store, cache);
  const get = async (type: string, ...ids: string[]) => Object.fromEntries(await keys.get(SESSION, type, ids));
  const set = (type: string, id: string, value: string | null) => keys.set(SESSION, [{ type, id, value }]);
  const known = (type: string, ...ids: string[]) =>
    keys.known(type, ids) && Object.fromEntries(keys.known(type, ids) ?? []);
  return { store, cache, get, set, known };
}

describe('the keys of a connection', () => {
  it('are read once, even when there are none', async () => {
    const { store, get } = startKeys();
    store.stored.set('session 1.0', 'uno');

    expect(await get('session', '1.0', '2.0')).toEqual({ '1.0': 'uno' });
    expect(await get('session', '2.0', '1.0')).toEqual({ '1.0': 'uno' });

    expect(store.asked).toEqual(['session 1.0', 'session 2.0']);
  });

  it('reflect the last change', async () => {
    const { store, get, set } = startKeys();
    await set('session', '1.0', 'uno');
    expect(await get('session', '1.0')).toEqual({ '1.0': 'uno' });
    await set('session', '1.0', null);

    expect(await get('session', '1.0')).toEqual({});
    expect(store.asked).toEqual([]);
  });

  it('do not revert to what the storage returns for a read before the change', async () => {
    const { store, get, set } = startKeys();
    store.stored.set('session 1.0', 'viejo');

    const asked = get('session', '1.0');
    const changed = set('session', '1.0', 'nuevo');
    await Promise.all([asked, changed]);

    expect(await get('session', '1.0')).toEqual({ '1.0': 'nuevo' });
  });

  it('are read again when a change could not be stored', async () => {
    const { store, get, set } = startKeys();
    await set('session', '1.0', 'uno');
    store.isFull = true;

    await expect(set('session', '1.0', 'dos')).rejects.toThrow('full');

    expect(await get('session', '1.0')).toEqual({ '1.0': 'uno' });
    expect(store.asked).toEqual(['session 1.0']);
  });

  it('are not those that another connection of the session cached', async () => {
    const { store, cache, set } = startKeys();
    await set('session', '1.0', 'uno');
    store.stored.set('session 1.0', 'dos');

    expect(await startKeys({ store, cache }).get('session', '1.0')).toEqual({ '1.0': 'dos' });
  });

  it('are not cached when they are needed only once', async () => {
    const { store, cache, get, set } = startKeys();
    await set('app-state-sync-key', '1', 'uno');
    await get('app-state-sync-key', '1');

    expect(store.asked).toEqual(['app-state-sync-key 1']);
    expect(cache.size).toBe(0);
  });

  it('are evicted by newer ones beyond the bound', async () => {
    const { store, cache, get, set } = startKeys({ cache: createKeyCache(2_000) });
    for (const id of ['1', '2', '3']) await set('session', id, 'x'.repeat(500));

    expect(cache.size).toBe(2);
    expect(await get('session', '1')).toEqual({ 1: 'x'.repeat(500) });
    expect(store.asked).toEqual(['session 1']);
  });

  it('are known without asking as long as the storage has nothing else to say, and none of another type', async () => {
    const { store, get, set, known } = startKeys();
    expect(known('session', '1.0')).toBeUndefined();

    await set('session', '1.0', 'uno');
    expect(known('session', '1.0')).toEqual({ '1.0': 'uno' });
    expect(known('session', '1.0', '2.0')).toBeUndefined();
    await get('session', '2.0');
    expect(known('session', '1.0', '2.0')).toEqual({ '1.0': 'uno' });
    await set('session', '1.0', null);
    expect(known('session', '1.0')).toEqual({});

    store.isFull = true;
    await expect(set('session', '1.0', 'dos')).rejects.toThrow('full');
    expect(known('session', '1.0')).toBeUndefined();

    await get('app-state-sync-key', '1');
    expect(known('app-state-sync-key', '1')).toBeUndefined();
  });
});
