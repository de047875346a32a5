import { createHash } from 'node:crypto';
import { decryptPollVote, type proto } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../../domain/message.ts';
import { contentOf, firstText } from '../content.ts';
import * as poll from './poll.ts';
import { unwrap } from '../unwrap.ts';

/** What a vote is opened with. */
export interface Key {
  /** The message that created the poll. */
  creation: proto.IMessage;
  /** Every address that may name the creator and the voter: JIDs without a device. */
  parties: { creator: readonly string[]; voter: readonly string[] };
  /** When the vote was sent, by WhatsApp's clock (Unix ms), for a vote without a time of its own. */
  sentAtMs: number;
}

/** Reads a vote, still sealed; `undefined` when `message` is of another kind. {@link open} reads what was chosen. */
export function read({ pollUpdateMessage }: proto.IMessage): MessageContent | undefined {
  if (!pollUpdateMessage) return undefined;
  const message_id = firstText(pollUpdateMessage.pollCreationMessageKey?.id);
  return contentOf('poll_vote', { poll: { ...poll.UNKNOWN_POLL, message_id } });
}

/**
 * Opens a vote with the poll that it is for, and reads what was chosen, where possible: it is sealed with the poll's
 * secret and the addresses of creator and voter, and nothing says whether these are numbers or LIDs (field notes 3.8).
 */
export function open(vote: proto.IMessage, { creation, parties, sentAtMs }: Key): MessageContent | undefined {
  const { pollUpdateMessage } = unwrap(vote);
  const question = poll.read(unwrap(creation))?.poll;
  if (!pollUpdateMessage || !question?.options) return undefined;
  const message_id = firstText(pollUpdateMessage.pollCreationMessageKey?.id);
  const hashes = hashesIn(pollUpdateMessage, secretOf(creation), parties);
  const selected = hashes && optionsOf(hashes, question.options);
  if (message_id === null || !selected) return contentOf('poll_vote', { poll: { ...question, message_id } });
  return contentOf('poll_vote', {
    text: firstText(selected.join(', ')),
    poll: { ...question, message_id, selected },
    vote: { pollId: message_id, options: selected, votedAtMs: Number(pollUpdateMessage.senderTimestampMs ?? sentAtMs) },
  });
}

/** The secret stands next to the poll, inside or outside of the wrappers around both. */
function secretOf(creation: proto.IMessage): Uint8Array | undefined {
  const inner = unwrap(creation).messageContextInfo?.messageSecret;
  return inner ?? creation.messageContextInfo?.messageSecret ?? undefined;
}

/** The hashes of the chosen options; `undefined` when no pair of addresses opens the vote. */
function hashesIn(
  { vote, pollCreationMessageKey }: proto.Message.IPollUpdateMessage,
  pollEncKey: Uint8Array | undefined,
  { creator, voter }: Key['parties'],
): Uint8Array[] | undefined {
  const pollMsgId = pollCreationMessageKey?.id;
  if (!vote || !pollMsgId || !pollEncKey) return undefined;
  for (const pollCreatorJid of creator) {
    for (const voterJid of voter) {
      try {
        return decryptPollVote(vote, { pollCreatorJid, pollMsgId, pollEncKey, voterJid }).selectedOptions;
      } catch {
        // It was sealed with other addresses.
      }
    }
  }
  return undefined;
}

/** The options with these hashes; `undefined` when there are hashes and none of them is an option's. */
function optionsOf(hashes: readonly Uint8Array[], options: readonly string[]): string[] | undefined {
  const chosen = new Set(hashes.map((hash) => Buffer.from(hash).toString('hex')));
  const selected = options.filter((option) => chosen.has(createHash('sha256').update(option).digest('hex')));
  return chosen.size > 0 && selected.length === 0 ? undefined : selected;
}
