import type { CloseReason } from '../../../src/domain/close-reason.ts';
import { DisconnectHistory } from '../../../src/sessions/state/disconnect-history.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const MINUTE_MS = 60_000;
const LOST: CloseReason = { kind: 'connection-lost', detail: '' };

/** Opens a connection, keeps it open for this long, and loses it. */
async function holdAndLose(
  disconnects: DisconnectHistory,
  clock: ManualClock,
  holdMs: number,
  reason = LOST,
): Promise<void> {
  disconnects.opened();
  await clock.advance(holdMs);
  disconnects.count(reason);
}

describe('disconnects in a row', () => {
  it('are counted until a connection holds for a minute, and reset then', async () => {
    const clock = new ManualClock();
    const disconnects = new DisconnectHistory(clock);
    disconnects.count(LOST);
    await holdAndLose(disconnects, clock, MINUTE_MS - 1);
    expect(disconnects.inARow).toBe(2);

    await holdAndLose(disconnects, clock, MINUTE_MS);

    expect(disconnects.inARow).toBe(0);
  });

  it.each([-1, 1])('count the time a connection held, though somebody set the clock by %i hour', async (hours) => {
    const clock = new ManualClock();
    const disconnects = new DisconnectHistory(clock);
    disconnects.count(LOST);
    disconnects.opened();
    clock.set(hours * 60 * MINUTE_MS);
    await clock.advance(MINUTE_MS - 1);
    disconnects.count(LOST);
    expect(disconnects.inARow).toBe(2);

    disconnects.opened();
    clock.set(hours * 60 * MINUTE_MS);
    await clock.advance(MINUTE_MS);
    disconnects.count(LOST);

    expect(disconnects.inARow).toBe(0);
  });

  it('include a connection that broke after minutes: the watchdogs take that long', async () => {
    const clock = new ManualClock();
    const disconnects = new DisconnectHistory(clock);
    const broken: CloseReason = { kind: 'broken', detail: '' };
    await holdAndLose(disconnects, clock, 6 * MINUTE_MS, broken);
    await holdAndLose(disconnects, clock, 6 * MINUTE_MS, broken);
    expect(disconnects.inARow).toBe(2);

    await holdAndLose(disconnects, clock, 15 * MINUTE_MS, broken);

    expect(disconnects.inARow).toBe(0);
  });

  it('do not include the steps of a successful login, such as the restart after a pairing', () => {
    const disconnects = new DisconnectHistory(new ManualClock());
    disconnects.count(LOST);
    disconnects.count({ kind: 'restart-required' });
    disconnects.count({ kind: 'client-outdated', next: 'newer' });
    expect(disconnects.inARow).toBe(3);

    disconnects.opened();

    expect(disconnects.inARow).toBe(1);
  });

  it('include restarts that are requested again and again', () => {
    const disconnects = new DisconnectHistory(new ManualClock());
    for (let time = 0; time < 3; time += 1) {
      disconnects.opened();
      disconnects.count({ kind: 'restart-required' });
    }
    expect(disconnects.inARow).toBe(3);
  });
});

describe('replacements by another process', () => {
  it('are counted for a quarter of an hour, however long the connections held', async () => {
    const clock = new ManualClock();
    const disconnects = new DisconnectHistory(clock);
    for (let time = 0; time < 3; time += 1) await holdAndLose(disconnects, clock, 2 * MINUTE_MS, { kind: 'replaced' });
    expect([disconnects.inARow, disconnects.replacements]).toEqual([0, 3]);

    await holdAndLose(disconnects, clock, 16 * MINUTE_MS, { kind: 'replaced' });

    expect(disconnects.replacements).toBe(1);
  });

  it('are reset when a person restarts the session', () => {
    const disconnects = new DisconnectHistory(new ManualClock());
    disconnects.count({ kind: 'replaced' });

    disconnects.forgive();

    expect([disconnects.inARow, disconnects.replacements]).toEqual([0, 0]);
  });
});
