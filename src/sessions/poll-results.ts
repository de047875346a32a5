import type { IncomingMessage } from '../domain/message.ts';
import type { CountedVote, PollResult, VoteCast } from '../domain/poll.ts';

/** Returns the vote that a message is, in its sender's name; `undefined` for any other message, and for an unreadable vote. */
export function voteIn({ content, sender, chatId }: IncomingMessage): VoteCast | undefined {
  const { number, lid } = sender;
  const names = [number, lid].filter((name) => name !== null);
  return content.vote ? { ...content.vote, voter: names[0] ?? chatId, names } : undefined;
}

/** Returns the message with the poll's results; `votes` are those before this one. */
export function withResults(message: IncomingMessage, vote: VoteCast, votes: readonly CountedVote[]): IncomingMessage {
  const { content } = message;
  if (!content.poll?.options) return message;
  const results = addUp(content.poll.options, withVote(votes, vote));
  return { ...message, content: { ...content, poll: { ...content.poll, results } } };
}

/** Returns the votes with this one, the latest last; a later vote of the same voter stays. */
export function withVote(votes: readonly CountedVote[], { names, ...vote }: VoteCast): readonly CountedVote[] {
  const isOfVoter = ({ voter }: CountedVote) => names.includes(voter);
  if (votes.some((other) => isOfVoter(other) && other.votedAtMs > vote.votedAtMs)) return votes;
  const others = votes.filter((other) => !isOfVoter(other));
  return [...others, vote].sort((one, other) => one.votedAtMs - other.votedAtMs);
}

/** Counts the votes for each option. */
export function addUp(options: readonly string[], votes: readonly CountedVote[]): PollResult[] {
  return options.map((option) => {
    const voters = votes.filter((vote) => vote.options.includes(option)).map(({ voter }) => voter);
    return { option, votes: voters.length, voters };
  });
}
