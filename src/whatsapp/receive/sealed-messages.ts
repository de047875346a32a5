import type { WAMessage } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../domain/message.ts';
import { type SealKey, unseal } from '../messages/seal.ts';
import * as pollVote from '../messages/kinds/poll-vote.ts';
import * as sealed from '../messages/kinds/sealed.ts';
import { readContent } from '../messages/read.ts';
import { type ChangeLookUps, inSameChat } from './changes.ts';
import { type Owned, senderNames } from './sender.ts';

type LookUps = Pick<ChangeLookUps, 'people' | 'messages'>;

/** What a message says about another one, as far as that can be seen from outside, if it is sealed. */
export function claimOf({ message }: WAMessage): MessageContent | undefined {
  return message ? sealed.find(message)?.claim : undefined;
}

/**
 * Opens what is sealed with the secret of an earlier message. If that message is unknown, or no name opens it, the
 * content stays as it is: a vote of which nothing more is known, or something that cannot be read.
 */
export async function opened(
  content: MessageContent,
  arrival: Owned & { sentAtMs: number },
  lookUp: LookUps,
): Promise<MessageContent> {
  try {
    const read = content.type === 'poll_vote' ? await openedVote(content, arrival, lookUp) : undefined;
    return read ?? (await openedMessage(content, arrival, lookUp)) ?? content;
  } catch {
    // Whatever fails here: the message itself arrived, and is delivered.
    return content;
  }
}

async function openedVote(
  { poll }: MessageContent,
  vote: Owned & { sentAtMs: number },
  lookUp: LookUps,
): Promise<MessageContent | undefined> {
  const message = vote.message.message;
  const [key] = message && poll?.message_id ? await keysTo(poll.message_id, vote, lookUp) : [];
  return message && key ? pollVote.open(message, key, vote.sentAtMs) : undefined;
}

async function openedMessage(
  { type }: MessageContent,
  arrival: Owned,
  lookUp: LookUps,
): Promise<MessageContent | undefined> {
  const { message } = arrival.message;
  const found = type === 'unsupported' && message ? sealed.find(message) : undefined;
  if (!found?.target.id) return undefined;
  for (const key of await keysTo(found.target.id, arrival, lookUp)) {
    const plain = unseal(found.payload, found.useCase, key);
    if (plain) return found.read(plain, readContent);
  }
  return undefined;
}

/** What opens a message that is about the one with this id: several may have it, since their senders choose it. */
async function keysTo(messageId: string, about: Owned, lookUp: LookUps): Promise<SealKey[]> {
  const known = await lookUp.messages(messageId);
  const owned = known.map((message) => ({ message, me: about.me }));
  const inChat = await inSameChat(owned, about, lookUp.people);
  const senders = await senderNames(about, lookUp.people);
  const keys = inChat.map(async (one) => {
    const authors = await senderNames(one, lookUp.people);
    return { messageId, original: one.message.message ?? {}, parties: { authors, senders } };
  });
  return Promise.all(keys);
}
