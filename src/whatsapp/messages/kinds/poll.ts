import type { proto } from '@whiskeysockets/baileys';
import type { MessageContent, Poll } from '../../../domain/message.ts';
import type { PollState } from '../../../domain/poll.ts';
import { contentOf, firstText } from '../content.ts';

/** Reads a poll; `undefined` when `message` is of another kind. WhatsApp has four fields for it. */
export function read(message: proto.IMessage): MessageContent | undefined {
  const poll = pollOf(message);
  if (!poll) return undefined;
  const name = firstText(poll.name);
  const options = (poll.options ?? []).map(({ optionName }) => optionName ?? '');
  const selectable_count = poll.selectableOptionsCount ?? 0;
  return contentOf(
    'poll',
    { text: name, poll: { ...UNKNOWN_POLL, name, options, selectable_count } },
    poll.contextInfo,
  );
}

/** Whether a message is a poll. */
export function isPoll(message: proto.IMessage): boolean {
  return pollOf(message) !== undefined;
}

function pollOf(message: proto.IMessage): proto.Message.IPollCreationMessage | undefined {
  const { pollCreationMessage: first, pollCreationMessageV2, pollCreationMessageV3, pollCreationMessageV5 } = message;
  return first ?? pollCreationMessageV2 ?? pollCreationMessageV3 ?? pollCreationMessageV5 ?? undefined;
}

/** A poll of which nothing is known, and in which nobody voted. */
export const UNKNOWN_POLL: PollState = {
  ...{ message_id: null, name: null, options: null, selectable_count: null },
  ...{ selected: null, results: null },
};

/** Writes a poll; phones expect a poll with a single choice in another field. */
export function write({ name, options, selectable_count }: Poll): proto.IMessage {
  const poll = {
    name,
    options: options.map((optionName) => ({ optionName })),
    selectableOptionsCount: selectable_count,
  };
  return selectable_count === 1 ? { pollCreationMessageV3: poll } : { pollCreationMessage: poll };
}
