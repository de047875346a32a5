import { dayOf, type DailyRefusals } from '../../../src/domain/risk.ts';
import { slowdownAfter } from '../../../src/sessions/sending/slowdown.ts';

const HOUR_MS = 3_600_000;
/** Noon of a day. */
const NOON = dayOf(1_700_000_000_000) + 12 * HOUR_MS;
const refused = (code: string, count: number, lastAtMs = NOON): DailyRefusals => ({
  ...{ code, count, lastAtMs },
  dayMs: dayOf(lastAtMs),
});

describe('the slowdown after refusals', () => {
  it.each([
    ['nothing without one', [], 1],
    ['one halves the pace', [refused('463', 1)], 2],
    ['two quarter it', [refused('429', 2)], 4],
    ['different ones count together', [refused('479', 1), refused('463', 1)], 4],
    ['many make it an eighth, and no less', [refused('429', 700)], 8],
    ['others change nothing', [refused('400', 9), refused('404', 1)], 1],
  ])('%s', (_, refusals, divisor) => {
    expect(slowdownAfter(refusals, NOON).divisor).toBe(divisor);
  });

  it('ends in steps: the pace doubles with each hour', () => {
    const refusals = [refused('463', 3)];
    const at = (minutes: number) => slowdownAfter(refusals, NOON + minutes * 60_000);

    expect([0, 59, 60, 120, 179, 180, 600].map((minutes) => at(minutes).divisor)).toEqual([8, 8, 4, 2, 2, 1, 1]);
    expect([0, 60, 180].map((minutes) => at(minutes).fasterAtMs)).toEqual([NOON + HOUR_MS, NOON + 2 * HOUR_MS, null]);
  });

  it('goes on over midnight, as slow as the worse of both days asks for', () => {
    const midnight = dayOf(NOON) + 24 * HOUR_MS;
    const refusals = [refused('463', 1, midnight + 60_000), refused('463', 3, midnight - 60_000)];

    expect(slowdownAfter(refusals, midnight + 120_000)).toEqual({
      divisor: 8,
      fasterAtMs: midnight - 60_000 + HOUR_MS,
    });
    expect(slowdownAfter(refusals, midnight - 30 * 60_000).divisor).toBe(8);
  });
});
