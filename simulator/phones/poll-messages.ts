import { proto } from '@whiskeysockets/baileys';
import { createCipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

import { type Account } from '../world/account.ts';
import { type Addressing } from '../world/address.ts';
import { Group } from '../world/group.ts';
import { type KnownPoll } from './poll-book.ts';

const SECRET_BYTES = 32;
const KEY_BYTES = 32;
const IV_BYTES = 12;

/** A question that is put to a chat. */
export interface Question {
  readonly name: string;
  readonly options: readonly string[];
  /** How many may be chosen; 0, or nothing, is any number of them. */
  readonly selectableCount?: number | undefined;
}

/** One choice in a poll. */
export interface Choice {
  readonly pollId: string;
  readonly options: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly votedAtMs: number;
  readonly voter: Account;
  /** How a chat with one person is addressed; a group knows it itself. */
  readonly addressing: Addressing;
  /** How the seal names the voter, and who asked: as the chat is addressed without these. */
  readonly voterAs?: Addressing | undefined;
  readonly creatorAs?: Addressing | undefined;
}

/** The message that asks, with a new secret for the votes. */
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

/** The message that votes; no option at all takes back what was chosen. */
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

/** What a vote is sealed with: only who has the poll's secret can read it, and only as this person's vote in it. */
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
