import { proto } from '@whiskeysockets/baileys';
import { createCipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

import { type Account } from '../world/account.ts';
import { type Addressing } from '../world/address.ts';
import { Group } from '../world/group.ts';
import { type KnownPoll } from './poll-book.ts';

const SECRET_BYTES = 32;
const KEY_BYTES = 32;
const IV_BYTES = 12;

/** The question of a poll. */
export interface Question {
  readonly name: string;
  readonly options: readonly string[];
  /** How many options a voter may choose; any number when 0 or undefined. */
  readonly selectableCount?: number | undefined;
}

/** A vote in a poll. */
export interface Choice {
  readonly pollId: string;
  readonly options: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly votedAtMs: number;
  readonly voter: Account;
  /** The addressing of a 1:1 chat; a group has its own. */
  readonly addressing: Addressing;
  /** How the seal names the voter and the poll's creator; the addressing of the chat by default. */
  readonly voterAs?: Addressing | undefined;
  readonly creatorAs?: Addressing | undefined;
}

/** Creates the message for a poll, with a new secret for its votes. */
export function pollMessage({ name, options, selectableCount = 0 }: Question): proto.IMessage {
  return {
    pollCreationMessageV3: {
      name,
      options: options.map((optionName) => ({ optionName })),
      selectableOptionsCount: selectableCount,
    },
    messageContextInfo: { messageSecret: randomBytes(SECRET_BYTES) },
  };
}

/** Creates the message for a vote; no options take an earlier vote back. */
export function voteMessage({ chat, creator, secret }: KnownPoll, choice: Choice): proto.IMessage {
  const { pollId, options, votedAtMs, voter } = choice;
  const isGroup = chat instanceof Group;
  const addressing = isGroup ? chat.addressing : choice.addressing;
  const fromMe = creator === voter;
  const participant = isGroup && !fromMe ? { participant: creator.jid(addressing) } : {};
  const remoteJid = isGroup ? chat.jid : chat.jid(addressing);
  const voterJid = voter.jid(choice.voterAs ?? addressing);
  const creatorJid = creator.jid(choice.creatorAs ?? addressing);
  return {
    pollUpdateMessage: {
      pollCreationMessageKey: { remoteJid, fromMe, id: pollId, ...participant },
      vote: sealVote(options, { pollId, secret, creatorJid, voterJid }),
      senderTimestampMs: votedAtMs,
    },
  };
}

/**
 * What a vote is sealed with: it can only be read with the poll's secret, and only as this voter's vote in this poll.
 */
interface VoteSeal {
  readonly pollId: string;
  readonly secret: Uint8Array;
  /** JIDs without a device. */
  readonly creatorJid: string;
  readonly voterJid: string;
}

/** A vote names its options by their hashes (field notes 3.8). */
function sealVote(options: readonly string[], seal: VoteSeal): proto.Message.IPollEncValue {
  const { pollId, secret, creatorJid, voterJid } = seal;
  const selectedOptions = options.map((option) => createHash('sha256').update(option).digest());
  const key = hkdfSync('sha256', secret, '', `${pollId}${creatorJid}${voterJid}Poll Vote`, KEY_BYTES);
  const encIv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key), encIv).setAAD(Buffer.from(`${pollId}\0${voterJid}`));
  const plain = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish();
  return { encPayload: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]), encIv };
}
