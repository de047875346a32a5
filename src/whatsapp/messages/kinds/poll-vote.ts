import { createHash } from 'node:crypto';
import { decryptPollVote, type proto } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../../domain/message.ts';
import { contentOf, firstText } from '../content.ts';
import * as poll from './poll.ts';
import { unwrap } from '../unwrap.ts';

/** What opens a vote. */
export interface Key {
  /** The message that asked. */
  creation: proto.IMessage;
  /** Who the two are, under every address by which they may be named: JIDs without a device. */
  parties: { creator: readonly string[]; voter: readonly string[] };
  /** When the vote was sent, by WhatsApp's clock (Unix ms): for one that does not say it itself. */
  sentAtMs: number;
}

/** The vote in `message`, still sealed; `undefined` when it is of another kind. {@link open} reads what was chosen. */
export function read({ pollUpdateMessage }: proto.IMessage): MessageContent | undefined {
  if (!pollUpdateMessage) return undefined;
  const message_id = firstText(pollUpdateMessage.pollCreationMessageKey?.id);
  return contentOf('poll_vote', { poll: { ...poll.UNKNOWN_POLL, message_id } });
}

/**
 * The same vote with the poll that it is for, and what was chosen in it where that can be read: it is sealed with the
 * poll's secret and the addresses of creator and voter, of which nobody says whether they are numbers or LIDs (field notes 3.8).
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

/** It stands beside the poll, inside or outside of what is wrapped around both. */
function secretOf(creation: proto.IMessage): Uint8Array | undefined {
  const inner = unwrap(creation).messageContextInfo?.messageSecret;
  return inner ?? creation.messageContextInfo?.messageSecret ?? undefined;
}

/** The hashes of the options that were chosen; `undefined` when the vote opens to nobody's name. */
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
        // It was sealed in other names.
      }
    }
  }
  return undefined;
}

/** The options with these hashes; `undefined` when there are hashes and none of them is that of an option. */
function optionsOf(hashes: readonly Uint8Array[], options: readonly string[]): string[] | undefined {
  const chosen = new Set(hashes.map((hash) => Buffer.from(hash).toString('hex')));
  const selected = options.filter((option) => chosen.has(createHash('sha256').update(option).digest('hex')));
  return chosen.size > 0 && selected.length === 0 ? undefined : selected;
}
