// That file alone: all of Baileys takes a second to load.
import { MessageRetryManager } from '@whiskeysockets/baileys/lib/Utils/message-retry-manager.js';
import { silentLogger } from '../../../src/kit/logger.ts';
import { slimRetryCaches } from '../../../src/whatsapp/baileys/retry-caches.ts';
import { ShortCache } from '../../../src/whatsapp/baileys/short-cache.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

/** A memory of three values for a minute, with what it said that it forgot. */
function memoryOfThree() {
  const clock = new ManualClock();
  const forgotten: string[] = [];
  const cache = new ShortCache<number>(clock, { max: 3, ttlMs: 60_000 }, (key) => forgotten.push(key));
  return { clock, forgotten, cache };
}

describe('a short memory', () => {
  it('lets go of each value when its time is over, without being asked', async () => {
    const { clock, forgotten, cache } = memoryOfThree();
    cache.set('a', 1);
    await clock.advance(20_000);
    cache.set('b', 2);

    await clock.advance(40_000);
    expect([cache.get('a'), cache.get('b'), forgotten]).toEqual([undefined, 2, ['a']]);

    await clock.advance(20_000);
    expect([cache.get('b'), forgotten]).toEqual([undefined, ['a', 'b']]);
  });

  it('keeps a value that is set anew for the whole time again', async () => {
    const { clock, forgotten, cache } = memoryOfThree();
    cache.set('a', 1);
    await clock.advance(59_000);
    cache.set('a', 2);
    await clock.advance(59_000);

    expect([cache.get('a'), forgotten]).toEqual([2, []]);
  });

  it('forgets the oldest beyond its bound, and says which', () => {
    const { forgotten, cache } = memoryOfThree();
    for (const [at, key] of ['a', 'b', 'c', 'a', 'd'].entries()) cache.set(key, at);

    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual([3, undefined, 2, 4]);
    expect(forgotten).toEqual(['b']);
  });

  it('has no timer while nothing is in it', async () => {
    const { clock, forgotten, cache } = memoryOfThree();
    expect(clock.timers.length).toBe(0);

    cache.set('a', 1);
    cache.set('b', 2);
    expect(clock.timers.length).toBe(1);
    cache.delete('a');
    cache.delete('a');
    cache.clear();

    expect([clock.timers.length, cache.get('b'), forgotten]).toEqual([0, undefined, ['a', 'b']]);
    cache.set('c', 3);
    await clock.advance(60_000);
    expect([clock.timers.length, cache.get('c')]).toEqual([0, undefined]);
  });
});

describe("Baileys' memory of messages that may be asked for again", () => {
  const CHAT = '222@lid';

  function slimManager() {
    const clock = new ManualClock();
    const manager = new MessageRetryManager(silentLogger, 5);
    slimRetryCaches({ messageRetryManager: manager }, clock);
    return { clock, manager };
  }

  it('finds a message for five minutes, and then keeps nothing of it', async () => {
    const { clock, manager } = slimManager();
    manager.addRecentMessage(CHAT, 'A1', { conversation: 'hola' });

    await clock.advance(299_000);
    expect(manager.getRecentMessage(CHAT, 'A1')?.message).toEqual({ conversation: 'hola' });

    await clock.advance(1_000);
    expect(manager.getRecentMessage(CHAT, 'A1')).toBeUndefined();
    expect(manager).toHaveProperty('messageKeyIndex.size', 0);
    expect(clock.timers).toEqual([]);
  });

  it('keeps the last 512, and none that its recipient could read in the end', () => {
    const { manager } = slimManager();
    for (let at = 0; at <= 512; at += 1) manager.addRecentMessage(CHAT, `A${at}`, { conversation: `${at}` });
    manager.markRetrySuccess('A2');

    const found = ['A0', 'A1', 'A2', 'A512'].map((id) => manager.getRecentMessage(CHAT, id)?.message.conversation);
    expect(found).toEqual([undefined, '1', undefined, '512']);
    expect(manager).toHaveProperty('messageKeyIndex.size', 511);
  });

  it('compares base keys for a quarter of an hour', async () => {
    const { clock, manager } = slimManager();
    const key = new Uint8Array([1, 2, 3]);
    manager.saveBaseKey('222.0', 'A1', key);

    await clock.advance(899_000);
    expect(manager.hasSameBaseKey('222.0', 'A1', key)).toBe(true);
    expect(manager.hasSameBaseKey('222.0', 'A1', new Uint8Array([1, 2, 4]))).toBe(false);

    await clock.advance(1_000);
    expect(manager.hasSameBaseKey('222.0', 'A1', key)).toBe(false);
  });

  it('is empty, without a timer, when its line ends', () => {
    const { clock, manager } = slimManager();
    manager.addRecentMessage(CHAT, 'A1', { conversation: 'hola' });
    manager.saveBaseKey('222.0', 'A1', new Uint8Array([1]));
    expect(clock.timers).toEqual([300_000, 900_000]);

    manager.clear();

    expect(manager.getRecentMessage(CHAT, 'A1')).toBeUndefined();
    expect(clock.timers).toEqual([]);
  });
});
