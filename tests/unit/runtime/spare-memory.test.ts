import { SpareMemory } from '../../../src/runtime/spare-memory.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

/** A process that has just started, and when it collected garbage, in seconds since then. */
function started() {
  const clock = new ManualClock();
  const startMs = clock.monotonic();
  const collected: number[] = [];
  const memory = new SpareMemory(clock, () => collected.push((clock.monotonic() - startMs) / 1000));
  const logins = (count: number) => Array.from({ length: count }, () => memory.loginEnded());
  return { clock, memory, collected, logins };
}

describe('garbage', () => {
  it('of the start is collected when the logins that follow have been over for five seconds', async () => {
    const { clock, collected, logins } = started();
    await clock.advance(4_000);
    logins(1);
    await clock.advance(4_000);
    logins(400);
    await clock.advance(60_000);
    expect(collected).toEqual([13]);
  });

  it('of later logins is collected when there were many of them', async () => {
    const { clock, collected, logins } = started();
    await clock.advance(300_000);
    logins(9);
    await clock.advance(300_000);
    expect(collected).toEqual([5]);
    logins(1);
    await clock.advance(300_000);
    expect(collected).toEqual([5, 605]);
  });

  it('is collected once a minute at most, however often connections are lost', async () => {
    const { clock, collected, logins } = started();
    for (let round = 0; round < 12; round += 1) {
      await clock.advance(10_000);
      logins(20);
    }
    await clock.advance(60_000);
    expect(collected).toEqual([5, 65, 125]);
  });

  it('is left alone once the process ends', async () => {
    const { clock, memory, collected } = started();
    await memory[Symbol.asyncDispose]();
    await clock.advance(60_000);
    expect(collected).toEqual([]);
  });
});
