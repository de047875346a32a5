import { dayOf } from '../../../src/domain/risk.ts';
import { judgeRisk, type RiskFacts } from '../../../src/sessions/risk/risk-level.ts';

const DAY_MS = 24 * 3_600_000;
const NOW = 1_700_000_000_000;
/** An account of a year that only answers. */
const CALM: RiskFacts = {
  ...{ linkedSinceMs: NOW - 365 * DAY_MS, answers: { begun: 0, answered: 0 }, begunDay: 0, sentHour: 3, sentDay: 40 },
  ...{ refusals: [], restrictedUntilMs: null, cap: null },
};
const refused = (code: string, count: number, daysAgo = 0) => {
  const lastAtMs = NOW - daysAgo * DAY_MS;
  return { refusals: [{ dayMs: dayOf(lastAtMs), code, count, lastAtMs }] };
};
const capped = (used: number, resetsAtMs: number | null = NOW + 1) => ({ cap: { limit: 40, used, resetsAtMs } });
const young = (days: number, begunDay: number) => ({ linkedSinceMs: NOW - days * DAY_MS, begunDay });

describe('the level of risk', () => {
  it.each<[string, Partial<RiskFacts>, string[]]>([
    ['of an account that only answers', {}, []],
    ['under a restriction', { restrictedUntilMs: NOW + 1 }, ['high restricted']],
    ['after a restriction', { restrictedUntilMs: NOW }, []],
    ['with a reached cap', capped(40), ['high cap_reached']],
    ['with a nearly reached cap', capped(33), ['medium cap_near']],
    ['with a cap that has room', capped(32), []],
    ['after a refused stranger today', refused('463', 1), ['high strangers_refused']],
    ['after a refused stranger this week', refused('463', 1, 2), ['medium strangers_refused']],
    ['after a refused stranger last week', refused('463', 9, 7), []],
    ['after a refusal for too many messages', refused('429', 1, 6), ['medium too_fast']],
    ['after many of them', refused('429', 5), ['high too_fast']],
    ['after few malformed messages', refused('479', 2), []],
    ['after several', refused('479', 3), ['medium often_malformed']],
    ['after a refusal that says nothing of the account', refused('404', 90), []],
    ['with too few conversations to judge', { answers: { begun: 9, answered: 0 } }, []],
    ['with enough answers', { answers: { begun: 10, answered: 3 } }, []],
    ['with few answers', { answers: { begun: 10, answered: 2 } }, ['medium few_answers']],
    ['with hardly any', { answers: { begun: 100, answered: 9 } }, ['high few_answers']],
    ['of a new account within the plan', young(0, 5), []],
    ['of a new account beyond the plan', young(0, 6), ['medium many_new_conversations']],
    ['of a new account far beyond it', young(0, 16), ['high many_new_conversations']],
    ['of an older account with as many', young(30, 50), []],
    ['of an older account with more', young(30, 51), ['medium many_new_conversations']],
    ['with many messages an hour', { sentHour: 201 }, ['medium many_messages']],
    ['with many messages a day', { sentDay: 1_001 }, ['medium many_messages']],
    [
      'of several: the worst first',
      { ...capped(33), ...refused('463', 1), sentDay: 9_999 },
      ['high strangers_refused', 'medium cap_near', 'medium many_messages'],
    ],
  ])('%s', (_, change, expected) => {
    const { level, reasons } = judgeRisk({ ...CALM, ...change }, NOW);

    expect(reasons.map((reason) => `${reason.level} ${reason.code}`)).toEqual(expected);
    expect(level).toBe(reasons[0]?.level ?? 'low');
  });
});
