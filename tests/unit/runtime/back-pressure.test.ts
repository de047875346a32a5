import { BackPressure, type StorageBounds } from '../../../src/runtime/back-pressure.ts';
import { OverloadedError } from '../../../src/domain/errors.ts';
import { silentLogger } from '../../../src/kit/logger.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const BOUNDS = { maxPendingCallbacks: 100, minFreeDiskBytes: 1_000 };

/** A server with so much in it, that is looked at when the clock moves. */
class Kept implements AsyncDisposable {
  pending = 0;
  free = 1_000_000;
  readonly clock = new ManualClock();
  readonly reached: string[] = [];
  readonly pressure: BackPressure;

  constructor(bounds: StorageBounds = BOUNDS) {
    this.pressure = new BackPressure({
      bounds,
      callbacks: () => Promise.resolve({ pending: this.pending, deadLettered: 0, oldestPendingSeconds: 0 }),
      freeBytes: () => Promise.resolve(this.free),
      clock: this.clock,
      log: silentLogger,
    });
    this.pressure.onReached(({ message }) => this.reached.push(message));
  }

  /** The sentence of now, after a look. */
  async why(change: Partial<Pick<Kept, 'pending' | 'free'>>): Promise<string | null> {
    Object.assign(this, change);
    await this.clock.advance(5_000);
    return this.pressure.why;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.pressure[Symbol.asyncDispose]();
  }
}

async function started(bounds?: StorageBounds): Promise<Kept> {
  const kept = new Kept(bounds);
  await kept.pressure.start();
  return kept;
}

describe('the back-pressure', () => {
  it('lets everything in while there is room', async () => {
    await using kept = await started();
    expect(await kept.why({ pending: 99, free: 1_000 })).toBeNull();
    expect(() => kept.pressure.check()).not.toThrow();
    await kept.pressure.admitted();
    expect(kept.reached).toEqual([]);
  });

  it.each([
    {
      of: 'callbacks',
      full: { pending: 100 },
      nearly: { pending: 90 },
      room: { pending: 89 },
      by: 'MAX_PENDING_CALLBACKS',
    },
    { of: 'the disk', full: { free: 999 }, nearly: { free: 1_099 }, room: { free: 1_100 }, by: 'MIN_FREE_DISK' },
  ])(
    'holds back at the bound of $of, until a tenth of it is free again',
    async ({ full, nearly, room, by: setting }) => {
      await using kept = await started();
      expect(await kept.why(full)).toContain(setting);
      expect(() => kept.pressure.check()).toThrow(OverloadedError);
      let isIn = false;
      const entry = kept.pressure.admitted().then(() => (isIn = true));

      expect(await kept.why(nearly)).toContain(setting);
      expect(isIn).toBe(false);
      expect(await kept.why(room)).toBeNull();
      await entry;
      expect(kept.reached).toEqual([expect.stringContaining(setting)]);
    },
  );

  it('says the other reason when one has followed the other, and tells of no new bound', async () => {
    await using kept = await started();
    expect(await kept.why({ pending: 100 })).toContain('MAX_PENDING_CALLBACKS');
    expect(await kept.why({ pending: 0, free: 1 })).toContain('MIN_FREE_DISK');
    expect(kept.reached).toHaveLength(1);
  });

  it('knows of a bound that is reached already at the start, and of none that is 0', async () => {
    await using full = new Kept();
    full.pending = 100;
    await full.pressure.start();
    expect(full.pressure.why).toContain('MAX_PENDING_CALLBACKS');

    await using unbounded = await started({ maxPendingCallbacks: 0, minFreeDiskBytes: 0 });
    expect(await unbounded.why({ pending: 1_000_000, free: 0 })).toBeNull();
  });

  it('keeps to what it knew while it cannot look', async () => {
    await using kept = await started();
    await kept.why({ pending: 100 });
    Object.defineProperty(kept, 'pending', {
      get: () => {
        throw new Error('the disk is away');
      },
    });
    expect(await kept.why({})).toContain('MAX_PENDING_CALLBACKS');
  });
});
