import { createHash } from 'node:crypto';
import { proto, type WAMessageKey } from '@whiskeysockets/baileys';
import { AppError } from '../../../domain/errors.ts';
import type { MessageContent } from '../../../domain/message.ts';
import { contentOf, firstText } from '../content.ts';
import * as poll from './poll.ts';
import { seal, type SealKey, unseal } from '../seal.ts';
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

/** Who votes in which poll. */
export interface Ballot {
  /** The poll, as the voter names it. */
  key: WAMessageKey;
  poll: proto.IMessage;
  /** How the chat names the author of the poll, and the voter: JIDs without a device. */
  author: string;
  voter: string;
}

/**
 * Writes a vote at `atMs` (Unix ms), which replaces earlier ones of the account.
 * @throws AppError `message_not_suitable` when there is no such poll, it lacks one of the options, or allows fewer
 */
export function write(
  { key, poll: message, author, voter }: Ballot,
  options: readonly string[],
  atMs: number,
): proto.IMessage {
  const question = poll.read(unwrap(message))?.poll;
  if (!question?.options) throw unsuitable('Votes are cast in polls only.');
  const most = question.selectable_count ?? 0;
  if (most > 0 && options.length > most) throw unsuitable(`This poll allows ${most} of its options.`);
  const unknown = options.find((option) => !question.options?.includes(option));
  if (unknown !== undefined) throw unsuitable('The poll has no such option.');
  const payload = proto.Message.PollVoteMessage.encode({ selectedOptions: options.map(hashOf) }).finish();
  const parties = { author, sender: voter };
  const vote = seal(payload, 'Poll Vote', { messageId: key.id ?? '', original: message, parties });
  if (!vote) throw unsuitable('The poll came without the secret that votes are sealed with.');
  return { pollUpdateMessage: { pollCreationMessageKey: key, vote, senderTimestampMs: atMs } };
}

function unsuitable(message: string): AppError {
  return new AppError('message_not_suitable', { message });
}

function hashOf(option: string): Buffer {
  return createHash('sha256').update(option).digest();
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
  const selected = options.filter((option) => chosen.has(hashOf(option).toString('hex')));
  return chosen.size > 0 && selected.length === 0 ? undefined : selected;
}
