import { newConversationLimit, rulesFor, WARM_UP_PLAN, warmUpBudget } from '../../../src/sessions/sending/warm-up.ts';

const DAY_MS = 24 * 3_600_000;

describe('the limit of new conversations', () => {
  it.each([
    ['nothing is set', { perDay: 0, warmUp: false }, 0, { limit: 0, by: 'nothing' }],
    ['the first week', { perDay: 50, warmUp: false }, 6.9, { limit: 20, by: 'first-week' }],
    ['after it', { perDay: 50, warmUp: false }, 7, { limit: 50, by: 'setting' }],
    ['the plan on the first day', { perDay: 0, warmUp: true }, 0, { limit: 5, by: 'warm-up' }],
    ['the plan while the clock is set back', { perDay: 0, warmUp: true }, -400, { limit: 5, by: 'warm-up' }],
    ['the plan on the third day', { perDay: 0, warmUp: true }, 2, { limit: 10, by: 'warm-up' }],
    ['the plan on its last day', { perDay: 0, warmUp: true }, 27.9, { limit: 50, by: 'warm-up' }],
    ['the plan when it is over', { perDay: 0, warmUp: true }, 28, { limit: 0, by: 'nothing' }],
    ['both, when the plan is over', { perDay: 90, warmUp: true }, 28, { limit: 90, by: 'setting' }],
    ['both, the smaller one', { perDay: 3, warmUp: true }, 1, { limit: 3, by: 'setting' }],
  ] as const)('is that of %s', (_, settings, days, limit) => {
    expect(newConversationLimit(rulesFor(settings, undefined), days * DAY_MS)).toEqual(limit);
  });

  const own = [
    { fromDay: 1, perDay: 2 },
    { fromDay: 4, perDay: 30 },
    { fromDay: 10, perDay: null },
  ];
  it.each([
    ['of a session with the usual plan', [true, false], 0, { limit: 5, by: 'warm-up' }],
    ['of a session without one, whatever the server says', [false, true], 0, { limit: 16, by: 'first-week' }],
    ['of the server for a session that says nothing', [null, true], 0, { limit: 5, by: 'warm-up' }],
    ['of a plan of its own', [own, false], 2.9, { limit: 2, by: 'warm-up' }],
    ['of its next stage', [own, false], 3, { limit: 30, by: 'warm-up' }],
    ['of the setting once it is over', [own, false], 9, { limit: 40, by: 'setting' }],
    ['of a last stage without an end', [own.slice(0, 2), false], 900, { limit: 30, by: 'warm-up' }],
  ] as const)('is that %s', (_, [warmUp, isUsual], days, limit) => {
    const rules = rulesFor({ perDay: 40, warmUp: isUsual }, { warmUp });
    expect(newConversationLimit(rules, days * DAY_MS)).toEqual(limit);
  });

  it('grows from stage to stage', () => {
    const budgets = WARM_UP_PLAN.flatMap(({ fromDay }) => warmUpBudget(WARM_UP_PLAN, fromDay) ?? []);
    expect(budgets).toHaveLength(5);
    expect(budgets).toEqual([...new Set(budgets)].sort((one, other) => one - other));
  });
});
