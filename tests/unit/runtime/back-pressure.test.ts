import { BackPressure, type StorageBounds } from '../../../src/runtime/back-pressure.ts';
import { OverloadedError } from '../../../src/domain/errors.ts';
import { silentLogger } from '../../../src/kit/logger.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const BOUNDS = { maxPendingCallbacks: 100, minFreeDiskBytes: 1_000, maxDatabaseBytes: 5_000 };

/** Back-pressure on a server whose pending callbacks and free disk space the test sets. */
class TestServer implements AsyncDisposable {
  pending = 0;
  free = 1_000_000;
  database = 0;
  readonly clock = new ManualClock();
  readonly reached: string[] = [];
  readonly pressure: BackPressure;

  constructor(bounds: StorageBounds = BOUNDS) {
    this.pressure = new BackPressure({
      bounds,
      callbacks: () => Promise.resolve({ pending: this.pending, deadLettered: 0, oldestPendingSeconds: 0 }),
      freeBytes: () => Promise.resolve(this.free),
      databaseBytes: () => Promise.resolve(this.database),
      clock: this.clock,
      log: silentLogger,
    });
    this.pressure.onReached(({ message }) => this.reached.push(message));
  }

  /** Applies a change, waits for the next check, and returns the reason for the back-pressure, if any. */
  async why(change: Partial<Pick<TestServer, 'pending' | 'free' | 'database'>>): Promise<string | null> {
    Object.assign(this, change);
    await this.clock.advance(5_000);
    return this.pressure.why;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.pressure[Symbol.asyncDispose]();
  }
}

async function started(bounds?: StorageBounds): Promise<TestServer> {
  const server = new TestServer(bounds);
  await server.pressure.start();
  return server;
}

describe('back-pressure', () => {
  it('admits everything below the limits', async () => {
    await using server = await started();
    expect(await server.why({ pending: 99, free: 1_000, database: 4_999 })).toBeNull();
    expect(() => server.pressure.check()).not.toThrow();
    await server.pressure.admitted();
    expect(server.reached).toEqual([]);
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
    {
      of: 'the database',
      full: { database: 5_000 },
      nearly: { database: 4_500 },
      room: { database: 4_499 },
      by: 'DATABASE_MAX_SIZE',
    },
  ])(
    'starts at the limit of $of, and ends once a tenth of it is free again',
    async ({ full, nearly, room, by: setting }) => {
      await using server = await started();
      expect(await server.why(full)).toContain(setting);
      expect(() => server.pressure.check()).toThrow(OverloadedError);
      let isAdmitted = false;
      const admission = server.pressure.admitted().then(() => (isAdmitted = true));

      expect(await server.why(nearly)).toContain(setting);
      expect(isAdmitted).toBe(false);
      expect(await server.why(room)).toBeNull();
      await admission;
      expect(server.reached).toEqual([expect.stringContaining(setting)]);
    },
  );

  it('reports the second reason when it replaces the first, but does not notify again', async () => {
    await using server = await started();
    expect(await server.why({ pending: 100 })).toContain('MAX_PENDING_CALLBACKS');
    expect(await server.why({ pending: 0, free: 1 })).toContain('MIN_FREE_DISK');
    expect(server.reached).toHaveLength(1);
  });

  it('applies a limit that is already reached at the start, and none that is 0', async () => {
    await using full = new TestServer();
    full.pending = 100;
    await full.pressure.start();
    expect(full.pressure.why).toContain('MAX_PENDING_CALLBACKS');

    await using unbounded = await started({ maxPendingCallbacks: 0, minFreeDiskBytes: 0, maxDatabaseBytes: 0 });
    expect(await unbounded.why({ pending: 1_000_000, free: 0, database: 1e12 })).toBeNull();
  });

  it('stays as it was while a check fails', async () => {
    await using server = await started();
    await server.why({ pending: 100 });
    Object.defineProperty(server, 'pending', {
      get: () => {
        throw new Error('the disk is gone');
      },
    });
    expect(await server.why({})).toContain('MAX_PENDING_CALLBACKS');
  });
});
