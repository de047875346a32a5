import { type WAMessage } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../domain/message.ts';
import * as pollVote from '../messages/kinds/poll-vote.ts';
import { type FindPeople, type Owned, senderNames } from './sender.ts';

/** What is looked up to open a vote. */
export interface VoteLookUps {
  people: FindPeople;
  /** Finds the message with this id, sent or received. */
  message: (messageId: string) => Promise<WAMessage | undefined>;
}

/**
 * Opens a vote with the poll that it is for. If that poll is unknown, or no name opens the vote, the content stays as
 * it is: a vote of which nothing more is known.
 */
export async function opened(
  content: MessageContent,
  vote: Owned & { sentAtMs: number },
  lookUp: VoteLookUps,
): Promise<MessageContent> {
  const pollId = content.poll?.message_id;
  const sealed = vote.message.message;
  if (content.type !== 'poll_vote' || !pollId || !sealed) return content;
  // Whatever fails here: the vote itself arrived, and is delivered.
  const creation = await lookUp.message(pollId).catch(() => undefined);
  if (!creation?.message) return content;
  const parties = {
    creator: await senderNames({ message: creation, me: vote.me }, lookUp.people),
    voter: await senderNames(vote, lookUp.people),
  };
  return pollVote.open(sealed, { creation: creation.message, parties, sentAtMs: vote.sentAtMs }) ?? content;
}
