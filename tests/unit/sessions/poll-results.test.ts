import type { CountedVote, VoteCast } from '../../../src/domain/poll.ts';
import { addUp, withVote } from '../../../src/sessions/poll-results.ts';

function counted(voter: string, votedAtMs: number, ...options: string[]): CountedVote {
  return { pollId: 'P1', voter, options, votedAtMs };
}

function cast(vote: CountedVote, ...names: string[]): VoteCast {
  return { ...vote, names: [vote.voter, ...names] };
}

const BEFORE = [counted('5491', 10, 'hoy'), counted('222@lid', 20, 'hoy', 'nunca')];

describe('the votes of a poll with a new one', () => {
  it.each<[string, VoteCast, CountedVote[]]>([
    ['of somebody else', cast(counted('5493', 15, 'nunca')), [BEFORE[0]!, counted('5493', 15, 'nunca'), BEFORE[1]!]],
    ['of the same voter', cast(counted('5491', 30)), [BEFORE[1]!, counted('5491', 30)]],
    ['of the same voter at the same time', cast(counted('5491', 10, 'x')), [counted('5491', 10, 'x'), BEFORE[1]!]],
    [
      'of a voter who was known by LID',
      cast(counted('5492', 30, 'x'), '222@lid'),
      [BEFORE[0]!, counted('5492', 30, 'x')],
    ],
    ['that is older than the voter’s latest', cast(counted('5492', 5, 'x'), '222@lid'), BEFORE],
  ])('%s', (_, vote, after) => {
    expect(withVote(BEFORE, vote)).toEqual(after);
  });
});

it('votes add up to the voters of each option, none left out', () => {
  expect(addUp(['hoy', 'mañana', 'nunca'], BEFORE)).toEqual([
    { option: 'hoy', votes: 2, voters: ['5491', '222@lid'] },
    { option: 'mañana', votes: 0, voters: [] },
    { option: 'nunca', votes: 1, voters: ['222@lid'] },
  ]);
});
