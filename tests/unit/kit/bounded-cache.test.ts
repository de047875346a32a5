import { BoundedCache, type CacheOptions } from '../../../src/kit/bounded-cache.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

/** A cache of three values for a minute, and the keys that it reported as removed. */
function startCache(options: Partial<CacheOptions> = {}) {
  const clock = new ManualClock();
  const removed: string[] = [];
  const cache = new BoundedCache<number>(clock, {
    max: 3,
    ttlMs: 60_000,
    onRemoved: (key) => removed.push(key),
    ...options,
  });
  const read = (...keys: string[]) => keys.map((key) => cache.get(key));
  return { clock, removed, cache, read };
}

describe('a bounded cache', () => {
  it('evicts the value that was set first, however often it was read', () => {
    const { cache, read, removed } = startCache();
    for (const [at, key] of ['a', 'b', 'c', 'a', 'd'].entries()) {
      cache.set(key, at);
      cache.get('b');
    }

    expect(read('a', 'b', 'c', 'd')).toEqual([3, undefined, 2, 4]);
    expect(removed).toEqual(['b']);
  });

  it.each([-1, 1])(
    'returns a value until its time is over, though somebody sets the clock by %i hour',
    async (hours) => {
      const { clock, cache, read } = startCache();
      cache.set('a', 1);
      clock.set(hours * 3_600_000);
      await clock.advance(59_999);
      expect(read('a')).toEqual([1]);
      await clock.advance(1);
      expect(read('a')).toEqual([undefined]);
    },
  );

  it('returns a value until its time is over, and for the whole time again once it is set again', async () => {
    const { clock, cache, read } = startCache();
    cache.set('a', 1);
    cache.set('b', 1);
    await clock.advance(59_999);
    cache.set('b', 2);
    expect(read('a', 'b')).toEqual([1, 2]);

    await clock.advance(1);
    expect(read('a', 'b')).toEqual([undefined, 2]);

    await clock.advance(59_999);
    expect(read('b')).toEqual([undefined]);
  });

  it('can keep one value for another time than the others', async () => {
    const { clock, cache, read } = startCache();
    cache.set('short', 1, 1_000);
    cache.set('usual', 2);

    await clock.advance(1_000);
    expect(read('short', 'usual')).toEqual([undefined, 2]);
  });

  it('lists what has not expired, in the order in which it was set', async () => {
    const { clock, cache } = startCache();
    cache.set('old', 1);
    await clock.advance(30_000);
    cache.set('b', 2);
    cache.set('a', 3);
    cache.set('b', 4);
    await clock.advance(30_000);

    expect(cache.entries()).toEqual([
      ['a', 3],
      ['b', 4],
    ]);
  });

  it('deletes and clears, and reports each key once', () => {
    const { cache, read, removed } = startCache();
    expect(cache.entries()).toEqual([]);
    for (const key of ['a', 'b', 'c']) cache.set(key, 1);
    cache.delete('b');
    cache.delete('b');
    cache.clear();
    cache.clear();

    expect([read('a', 'b', 'c'), removed]).toEqual([
      [undefined, undefined, undefined],
      ['b', 'a', 'c'],
    ]);
  });

  it('drops expired values with a later one, without a timer', async () => {
    const { clock, cache, removed } = startCache({ max: 100 });
    cache.set('a', 1);
    await clock.advance(1);
    cache.set('b', 1);
    await clock.advance(60_000);
    expect([removed, clock.timers]).toEqual([[], []]);

    cache.set('c', 1);
    expect([removed, clock.timers]).toEqual([['a', 'b'], []]);
  });

  it('without a time keeps values until there are too many', async () => {
    const clock = new ManualClock();
    const cache = new BoundedCache<number>(clock, { max: 2 });
    cache.set('a', 1);
    await clock.advance(365 * 24 * 3600_000);
    expect(cache.get('a')).toBe(1);

    cache.set('b', 2);
    cache.set('c', 3);
    expect(cache.entries()).toEqual([
      ['b', 2],
      ['c', 3],
    ]);
  });
});

describe('a bounded cache that purges itself', () => {
  it('removes each value when its time is over', async () => {
    const { clock, removed, cache, read } = startCache({ autopurge: true });
    cache.set('a', 1);
    await clock.advance(20_000);
    cache.set('b', 2);

    await clock.advance(40_000);
    expect([read('a', 'b'), removed]).toEqual([[undefined, 2], ['a']]);

    await clock.advance(20_000);
    expect([read('b'), removed]).toEqual([[undefined], ['a', 'b']]);
  });

  it('keeps a value for the whole time again once it is set again', async () => {
    const { clock, removed, cache, read } = startCache({ autopurge: true });
    cache.set('a', 1);
    await clock.advance(59_000);
    cache.set('a', 2);
    await clock.advance(59_000);

    expect([read('a'), removed]).toEqual([[2], []]);
  });

  it('has one timer while there are values, and none without', async () => {
    const { clock, removed, cache } = startCache({ autopurge: true });
    expect(clock.timers).toEqual([]);

    cache.set('a', 1);
    cache.set('b', 2);
    expect(clock.timers).toEqual([60_000]);
    cache.delete('a');
    expect(clock.timers).toEqual([60_000]);
    cache.clear();
    expect([clock.timers, removed]).toEqual([[], ['a', 'b']]);

    cache.set('c', 3);
    cache.delete('c');
    expect(clock.timers).toEqual([]);

    cache.set('d', 4);
    await clock.advance(60_000);
    expect([clock.timers, cache.get('d')]).toEqual([[], undefined]);
  });
});
