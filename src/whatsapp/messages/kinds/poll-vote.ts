import { createHash } from 'node:crypto';
import { proto } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../../domain/message.ts';
import { contentOf, firstText } from '../content.ts';
import * as poll from './poll.ts';
import { type SealKey, unseal } from '../seal.ts';
import { unwrap } from '../unwrap.ts';

/** Reads a vote, still sealed; `undefined` when `message` is of another kind. {@link open} reads what was chosen. */
export function read({ pollUpdateMessage }: proto.IMessage): MessageContent | undefined {
  if (!pollUpdateMessage) return undefined;
  const message_id = firstText(pollUpdateMessage.pollCreationMessageKey?.id);
  return contentOf('poll_vote', { poll: { ...poll.UNKNOWN_POLL, message_id } });
}

/**
 * Opens a vote with the poll that it is for, and reads what was chosen, where possible. `sentAtMs` is when it was sent, by
 * WhatsApp's clock, for a vote without a time of its own.
 */
export function open(vote: proto.IMessage, key: SealKey, sentAtMs: number): MessageContent | undefined {
  const { pollUpdateMessage } = unwrap(vote);
  const question = poll.read(unwrap(key.original))?.poll;
  if (!pollUpdateMessage || !question?.options) return undefined;
  const message_id = key.messageId;
  const hashes = hashesIn(pollUpdateMessage, key);
  const selected = hashes && optionsOf(hashes, question.options);
  if (!selected) return contentOf('poll_vote', { poll: { ...question, message_id } });
  return contentOf('poll_vote', {
    text: firstText(selected.join(', ')),
    poll: { ...question, message_id, selected },
    vote: { pollId: message_id, options: selected, votedAtMs: Number(pollUpdateMessage.senderTimestampMs ?? sentAtMs) },
  });
}

/** The hashes of the chosen options; `undefined` when the vote cannot be opened. */
function hashesIn({ vote }: proto.Message.IPollUpdateMessage, key: SealKey): Uint8Array[] | undefined {
  const opened = vote && unseal(vote, 'Poll Vote', key);
  if (!opened) return undefined;
  try {
    return proto.Message.PollVoteMessage.decode(opened).selectedOptions;
  } catch {
    return undefined;
  }
}

/** The options with these hashes; `undefined` when there are hashes and none of them is an option's. */
function optionsOf(hashes: readonly Uint8Array[], options: readonly string[]): string[] | undefined {
  const chosen = new Set(hashes.map((hash) => Buffer.from(hash).toString('hex')));
  const selected = options.filter((option) => chosen.has(createHash('sha256').update(option).digest('hex')));
  return chosen.size > 0 && selected.length === 0 ? undefined : selected;
}
