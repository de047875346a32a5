import { type MessageContent } from '../../domain/message.ts';
import * as pollVote from '../messages/kinds/poll-vote.ts';
import { type ChangeLookUps, inSameChat } from './changes.ts';
import { type Owned, senderNames } from './sender.ts';

/**
 * Opens a vote with the poll that it is for. If that poll is unknown, or no name opens the vote, the content stays as
 * it is: a vote of which nothing more is known.
 */
export async function opened(
  content: MessageContent,
  vote: Owned & { sentAtMs: number },
  lookUp: Pick<ChangeLookUps, 'people' | 'messages'>,
): Promise<MessageContent> {
  const pollId = content.poll?.message_id;
  const sealed = vote.message.message;
  if (content.type !== 'poll_vote' || !pollId || !sealed) return content;
  // Whatever fails here: the vote itself arrived, and is delivered.
  const known = await lookUp.messages(pollId).catch(() => []);
  const owned = known.map((message) => ({ message, me: vote.me }));
  const [poll] = await inSameChat(owned, vote, lookUp.people);
  const creation = poll?.message.message;
  if (!creation) return content;
  const parties = {
    creator: await senderNames(poll, lookUp.people),
    voter: await senderNames(vote, lookUp.people),
  };
  return pollVote.open(sealed, { creation, parties, sentAtMs: vote.sentAtMs }) ?? content;
}
