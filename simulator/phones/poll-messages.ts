import { proto } from '@whiskeysockets/baileys';
import { createHash } from 'node:crypto';

import { protobufField } from '../kit/protobuf-field.ts';
import { keyOf, newSecret, type Reference, seal } from './message-seal.ts';

/** What the library's definitions lack: the field of a new option in a message, and its kind of seal. */
const ADD_OPTION = { field: 121, sealedAs: 5 };

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

/** Creates the message that adds an option to a poll (`pollAddOptionMessage`). */
export function newOptionMessage(poll: Reference, optionName: string): proto.IMessage {
  const key = keyOf(poll);
  const { Option } = proto.Message.PollCreationMessage;
  const parts = [proto.MessageKey.encode(key).finish(), Option.encode({ optionName }).finish()];
  const payload = protobufField(ADD_OPTION.field, Buffer.concat(parts.map((part, at) => protobufField(at + 1, part))));
  const sealed = {
    targetMessageKey: key,
    ...seal(payload, 'Poll Add Option', poll),
    secretEncType: ADD_OPTION.sealedAs,
  };
  return { secretEncryptedMessage: proto.Message.SecretEncryptedMessage.fromObject(sealed) };
}
