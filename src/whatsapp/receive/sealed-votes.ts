import { type WAMessage } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../domain/message.ts';
import * as pollVote from '../messages/kinds/poll-vote.ts';
import { type FindPeople, type Owned, senderNames } from './sender.ts';

/** What is looked up to open a vote. */
export interface VoteLookUps {
  people: FindPeople;
  /** The message with this id, sent or received. */
  message: (messageId: string) => Promise<WAMessage | undefined>;
}

/**
 * The content of a message that is a vote in a poll, opened with the poll that it is for. Where that poll is not known, or
 * the vote opens to nobody's name, it stays as it is: a vote of which nothing more is known.
 */
export async function opened(content: MessageContent, vote: Owned, lookUp: VoteLookUps): Promise<MessageContent> {
  const pollId = content.poll?.message_id;
  const sealed = vote.message.message;
  if (content.type !== 'poll_vote' || !pollId || !sealed) return content;
  // Whatever fails in looking back: the vote itself came, and is told.
  const creation = await lookUp.message(pollId).catch(() => undefined);
  if (!creation?.message) return content;
  const parties = {
    creator: await senderNames({ message: creation, me: vote.me }, lookUp.people),
    voter: await senderNames(vote, lookUp.people),
  };
  return pollVote.open(sealed, { creation: creation.message, parties, sentAtMs: sentAtMs(vote.message) }) ?? content;
}

/** When the sender sent it, by WhatsApp's clock (Unix ms). */
export function sentAtMs({ messageTimestamp }: WAMessage): number {
  return Number(messageTimestamp ?? 0) * 1000;
}
