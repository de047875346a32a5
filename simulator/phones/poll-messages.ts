import { proto } from '@whiskeysockets/baileys';
import { createHash } from 'node:crypto';

import { keyOf, newSecret, type Reference, seal } from './message-seal.ts';

/** The question of a poll. */
export interface Question {
  readonly name: string;
  readonly options: readonly string[];
  /** How many options a voter may choose; any number when 0 or undefined. */
  readonly selectableCount?: number | undefined;
}

/** A vote in a poll. */
export interface Choice {
  readonly options: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly votedAtMs: number;
}

/** Creates the message for a poll, with a new secret for its votes. */
export function pollMessage({ name, options, selectableCount = 0 }: Question): proto.IMessage {
  return {
    pollCreationMessageV3: {
      name,
      options: options.map((optionName) => ({ optionName })),
      selectableOptionsCount: selectableCount,
    },
    ...newSecret(),
  };
}

/**
 * Creates the message for a vote, which names its options by their hashes (field notes 3.8); no options take an earlier
 * vote back.
 */
export function voteMessage(poll: Reference, { options, votedAtMs }: Choice): proto.IMessage {
  const selectedOptions = options.map((option) => createHash('sha256').update(option).digest());
  const payload = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish();
  return {
    pollUpdateMessage: {
      pollCreationMessageKey: keyOf(poll),
      vote: seal(payload, 'Poll Vote', poll),
      senderTimestampMs: votedAtMs,
    },
  };
}
