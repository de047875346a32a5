import { type CloseReason } from '../../../src/domain/close-reason.ts';
import { Losses } from '../../../src/sessions/state/disconnect-history.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const MINUTE_MS = 60_000;
const LOST: CloseReason = { kind: 'connection-lost', detail: '' };

/** Opens a line, lets it hold for so long, and loses it. */
async function holdAndLose(losses: Losses, clock: ManualClock, holdMs: number, reason = LOST): Promise<void> {
  losses.opened();
  await clock.advance(holdMs);
  losses.count(reason);
}

describe('losses in a row', () => {
  it('are counted while no line holds for a minute, and forgotten then', async () => {
    const clock = new ManualClock();
    const losses = new Losses(clock);
    losses.count(LOST);
    await holdAndLose(losses, clock, MINUTE_MS - 1);
    expect(losses.inARow).toBe(2);

    await holdAndLose(losses, clock, MINUTE_MS);

    expect(losses.inARow).toBe(0);
  });

  it('count a line that broke after minutes too: the watchdogs take that long', async () => {
    const clock = new ManualClock();
    const losses = new Losses(clock);
    const broken: CloseReason = { kind: 'broken', detail: '' };
    await holdAndLose(losses, clock, 6 * MINUTE_MS, broken);
    await holdAndLose(losses, clock, 6 * MINUTE_MS, broken);
    expect(losses.inARow).toBe(2);

    await holdAndLose(losses, clock, 15 * MINUTE_MS, broken);

    expect(losses.inARow).toBe(0);
  });

  it('do not count the steps of a login that succeeded, such as the restart after a pairing', () => {
    const losses = new Losses(new ManualClock());
    losses.count(LOST);
    losses.count({ kind: 'restart-required' });
    losses.count({ kind: 'client-outdated', next: 'newer' });
    expect(losses.inARow).toBe(3);

    losses.opened();

    expect(losses.inARow).toBe(1);
  });

  it('count restarts that are asked for again and again', () => {
    const losses = new Losses(new ManualClock());
    for (let time = 0; time < 3; time += 1) {
      losses.opened();
      losses.count({ kind: 'restart-required' });
    }
    expect(losses.inARow).toBe(3);
  });
});

describe('replacements by another process', () => {
  it('are remembered for a quarter of an hour, however long the lines held', async () => {
    const clock = new ManualClock();
    const losses = new Losses(clock);
    for (let time = 0; time < 3; time += 1) await holdAndLose(losses, clock, 2 * MINUTE_MS, { kind: 'replaced' });
    expect([losses.inARow, losses.replacements]).toEqual([0, 3]);

    await holdAndLose(losses, clock, 16 * MINUTE_MS, { kind: 'replaced' });

    expect(losses.replacements).toBe(1);
  });

  it('are forgotten when a person wants the line again', () => {
    const losses = new Losses(new ManualClock());
    losses.count({ kind: 'replaced' });

    losses.forgive();

    expect([losses.inARow, losses.replacements]).toEqual([0, 0]);
  });
});
