import type { proto } from '@whiskeysockets/baileys';
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';

import type { Account } from '../world/account.ts';
import type { Addressing } from '../world/address.ts';
import { Group } from '../world/group.ts';
import type { KnownMessage } from './message-book.ts';

const SECRET_BYTES = 32;
const KEY_BYTES = 32;
const IV_BYTES = 12;

/** What a phone seals with the secret of the message that it refers to. */
export type UseCase =
  'Poll Vote' | 'Event Response' | 'Message Edit' | 'Event Edit' | 'Enc Reaction' | 'Enc Comment' | 'Poll Add Option';

/** The use cases in which the seal also covers the message id and the sender. */
const WITH_SENDER = new Set<UseCase>(['Poll Vote', 'Event Response']);

/** A message with its secret, and who refers to it. */
export interface Reference {
  readonly messageId: string;
  readonly message: KnownMessage;
  readonly sender: Account;
  /** The addressing of a 1:1 chat; a group has its own. */
  readonly addressing: Addressing;
  /** How the seal names the sender and the author of the message; the addressing of the chat by default. */
  readonly senderAs?: Addressing | undefined;
  readonly authorAs?: Addressing | undefined;
}

/** A new secret for what will refer to a message. */
export function newSecret(): Pick<proto.IMessage, 'messageContextInfo'> {
  return { messageContextInfo: { messageSecret: randomBytes(SECRET_BYTES) } };
}

/** The key of the message, from the point of view of the one who refers to it. */
export function keyOf({ messageId, message: { chat, creator }, sender, addressing }: Reference): proto.IMessageKey {
  const isGroup = chat instanceof Group;
  const fromMe = creator === sender;
  const participant = isGroup && !fromMe ? { participant: creator.jid(chat.addressing) } : {};
  return { remoteJid: isGroup ? chat.jid : chat.jid(addressing), fromMe, id: messageId, ...participant };
}

/**
 * Seals a payload: it can only be read with the secret of the message, and only as this sender's for this message.
 * Throws a RangeError when the message has no secret.
 */
export function seal(payload: Uint8Array, useCase: UseCase, reference: Reference): proto.Message.IPollEncValue {
  const { messageId, message, sender } = reference;
  if (!message.secret) throw new RangeError(`The message ${messageId} has no secret.`);
  const addressing = message.chat instanceof Group ? message.chat.addressing : reference.addressing;
  const senderJid = sender.jid(reference.senderAs ?? addressing);
  const authorJid = message.creator.jid(reference.authorAs ?? addressing);
  const info = `${messageId}${authorJid}${senderJid}${useCase}`;
  const encIv = randomBytes(IV_BYTES);
  const key = Buffer.from(hkdfSync('sha256', message.secret, '', info, KEY_BYTES));
  const cipher = createCipheriv('aes-256-gcm', key, encIv);
  if (WITH_SENDER.has(useCase)) cipher.setAAD(Buffer.from(`${messageId}\0${senderJid}`));
  return { encPayload: Buffer.concat([cipher.update(payload), cipher.final(), cipher.getAuthTag()]), encIv };
}
