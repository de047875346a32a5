import { type IncomingMessage } from '../domain/message.ts';
import { type CountedVote, type PollResult, type VoteCast } from '../domain/poll.ts';

/** The vote that the message is, in the name of who sent it; `undefined` for every other message, and for one that cannot be read. */
export function voteIn({ content, sender, chatId }: IncomingMessage): VoteCast | undefined {
  const { number, lid } = sender;
  const names = [number, lid].filter((name) => name !== null);
  return content.vote ? { ...content.vote, voter: names[0] ?? chatId, names } : undefined;
}

/** The message with how the votes in its poll stand, where `votes` are those before this one. */
export function withResults(message: IncomingMessage, vote: VoteCast, votes: readonly CountedVote[]): IncomingMessage {
  const { content } = message;
  if (!content.poll?.options) return message;
  const results = addUp(content.poll.options, withVote(votes, vote));
  return { ...message, content: { ...content, poll: { ...content.poll, results } } };
}

/** The votes with this one, the latest last; a later one of the same voter stays in its place. */
export function withVote(votes: readonly CountedVote[], { names, ...vote }: VoteCast): readonly CountedVote[] {
  const isOfVoter = ({ voter }: CountedVote) => names.includes(voter);
  if (votes.some((other) => isOfVoter(other) && other.votedAtMs > vote.votedAtMs)) return votes;
  const others = votes.filter((other) => !isOfVoter(other));
  return [...others, vote].sort((one, other) => one.votedAtMs - other.votedAtMs);
}

/** How many chose each of these options. */
export function addUp(options: readonly string[], votes: readonly CountedVote[]): PollResult[] {
  return options.map((option) => {
    const voters = votes.filter((vote) => vote.options.includes(option)).map(({ voter }) => voter);
    return { option, votes: voters.length, voters };
  });
}
