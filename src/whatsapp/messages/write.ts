import { type BinaryNode, type proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import { isMedia, type OutgoingContent } from '../../domain/outgoing.ts';
import { isGroup } from '../addressing/jid.ts';
import * as change from './kinds/change.ts';
import * as contact from './kinds/contact.ts';
import * as forward from './kinds/forward.ts';
import * as location from './kinds/location.ts';
import * as media from './kinds/media.ts';
import * as poll from './kinds/poll.ts';
import * as reaction from './kinds/reaction.ts';
import * as text from './kinds/text.ts';
import { type UploadedFile } from './media-kind.ts';

/** A message as it goes onto the wire. */
export interface WrittenMessage {
  message: proto.IMessage;
  /** What the stanza around it must say. */
  attributes: Record<string, string>;
  /** What stands beside it in the stanza. */
  nodes: BinaryNode[];
}

/** What writing needs besides the content. */
export interface Writing {
  /** The earlier message that the content is about; there for every content that has a `messageId`. */
  target: WAMessage | undefined;
  /** The file of the content, at WhatsApp; there for every content that has one. */
  uploaded: UploadedFile | undefined;
  /** Unix ms. */
  nowMs: number;
}

/**
 * A content as a message, one file for each kind, as for reading.
 * @throws AppError `message_not_suitable` when that cannot be done with the earlier message
 */
export function writeContent(content: OutgoingContent, writing: Writing): proto.IMessage {
  if (isMedia(content)) return media.write(content, uploadedOf(writing), writing.nowMs);
  switch (content.type) {
    case 'text':
      return text.write(content.text);
    case 'location':
      return location.write(content.location);
    case 'contact':
      return contact.write(content.contacts);
    case 'poll':
      return poll.write(content.poll);
    case 'reaction':
      return reaction.write(plainKey(targetOf(writing)), content.emoji, writing.nowMs);
    case 'edit':
      return change.writeEdit(own(targetOf(writing)), content.text, writing.nowMs);
    case 'delete':
      return change.writeDeletion(plainKey(deletable(targetOf(writing))));
    case 'forward':
      return forward.write(targetOf(writing));
  }
}

/** Kinds that say something about another message, and can neither be reported nor voted on. */
const SECRETLESS = new Set<OutgoingContent['type']>(['reaction']);

/** The message with what the protocol wants around it. */
export function wrapped(content: OutgoingContent, message: proto.IMessage, target?: WAMessage): WrittenMessage {
  const secret = SECRETLESS.has(content.type) ? {} : { messageContextInfo: { messageSecret: randomBytes(32) } };
  return {
    message: { ...message, ...secret },
    attributes: attributesOf(content, target?.key),
    nodes: content.type === 'poll' ? [{ tag: 'meta', attrs: { polltype: 'creation' } }] : [],
  };
}

/** `edit` says what is done to the earlier message: 1 another text, 7 taken back by its author, 8 by a group's admin. */
function attributesOf({ type }: OutgoingContent, key: WAMessageKey | undefined): Record<string, string> {
  if (type === 'edit') return { edit: '1' };
  if (type === 'delete') return { edit: key?.fromMe ? '7' : '8' };
  return {};
}

function uploadedOf({ uploaded }: Writing): UploadedFile {
  if (!uploaded) throw new AppError('media_not_uploaded');
  return uploaded;
}

function targetOf({ target }: Writing): WAMessage {
  if (!target) throw new AppError('message_not_found');
  return target;
}

function own(target: WAMessage): WAMessage {
  if (target.key.fromMe) return { ...target, key: plainKey(target) };
  throw new AppError('message_not_suitable', { message: 'Only messages of this account can be edited.' });
}

function deletable(target: WAMessage): WAMessage {
  if (target.key.fromMe || isGroup(target.key.remoteJid ?? '')) return target;
  const message = 'In a conversation with one person, only messages of this account can be taken back.';
  throw new AppError('message_not_suitable', { message });
}

/** What the protocol has of a key; Baileys keeps more in it. */
function plainKey({ key: { remoteJid, id, fromMe, participant } }: WAMessage): WAMessageKey {
  return { remoteJid, id, fromMe: fromMe === true, ...(participant && !fromMe && { participant }) } as WAMessageKey;
}
