import { type BinaryNode, proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import { isMedia, type OutgoingContent } from '../../domain/outgoing.ts';
import { isGroup } from '../addressing/jid.ts';
import * as album from './kinds/album.ts';
import * as change from './kinds/change.ts';
import * as contact from './kinds/contact.ts';
import * as event from './kinds/event.ts';
import * as eventAnswer from './kinds/event-answer.ts';
import * as forward from './kinds/forward.ts';
import * as interactive from './kinds/interactive.ts';
import * as location from './kinds/location.ts';
import * as media from './kinds/media.ts';
import * as pin from './kinds/pin.ts';
import * as poll from './kinds/poll.ts';
import * as pollVote from './kinds/poll-vote.ts';
import * as reaction from './kinds/reaction.ts';
import * as text from './kinds/text.ts';
import type { UploadedFile } from './media-kind.ts';
import { nodesBeside } from './nodes-beside.ts';

/** A message as it goes over the wire. */
export interface WrittenMessage {
  message: proto.IMessage;
  /** The attributes of the stanza around it. */
  attributes: Record<string, string>;
  /** The nodes next to it in the stanza. */
  nodes: BinaryNode[];
}

/** What a content is written with. */
export interface Writing {
  /** The earlier message that the content refers to; set for every content with a `messageId`. */
  target: WAMessage | undefined;
  /** The uploaded file of the content; set for every content with a file. */
  uploaded: UploadedFile | undefined;
  /** How the chat names the author of the earlier message, and the account. */
  parties?: { author: string; own: string } | undefined;
  /** What says that the content belongs to an album. */
  album?: proto.IMessageContextInfo | undefined;
  /** Unix ms. */
  nowMs: number;
}

/**
 * Writes a content as a message, one file for each kind, as for reading.
 * @throws AppError `message_not_suitable` when the earlier message does not allow it
 */
// eslint-disable-next-line complexity -- one case for each kind
export function writeContent(content: OutgoingContent, writing: Writing): proto.IMessage {
  if (isMedia(content)) return media.write(content, uploadedOf(writing), writing.nowMs);
  if ('messageId' in content) return writeReference(content, targetOf(writing), writing);
  switch (content.type) {
    case 'text':
      return text.write(content.text, content.preview);
    case 'album':
      return album.write(content);
    case 'event':
      return event.write(content.event);
    case 'location':
      return location.write(content.location);
    case 'contact':
      return contact.write(content.contacts);
    case 'poll':
      return poll.write(content.poll);
    case 'buttons':
    case 'list':
      return interactive.write(content);
  }
}

/** Writes what refers to the earlier message `target`. */
// eslint-disable-next-line complexity -- one case for each kind
function writeReference(
  content: Extract<OutgoingContent, { messageId: string }>,
  target: WAMessage,
  { nowMs, parties }: Writing,
): proto.IMessage {
  switch (content.type) {
    case 'reaction':
      return reaction.write(plainKey(target), content.emoji, nowMs);
    case 'edit':
      return change.writeEdit(own(target), content.text, nowMs);
    case 'delete':
      return change.writeDeletion(plainKey(deletable(target)));
    case 'forward':
      return forward.write(target);
    case 'pin':
      return pin.write(plainKey(target), content, nowMs);
    case 'keep':
      return pin.writeKept(plainKey(target), content.kept, nowMs);
    case 'vote': {
      const { author = '', own: voter = '' } = parties ?? {};
      return pollVote.write(
        { key: plainKey(target), poll: target.message ?? {}, author, voter },
        content.options,
        nowMs,
      );
    }
    case 'event_answer':
      return eventAnswer.write({ ...target, key: plainKey(target) }, content.answer, { parties, nowMs });
  }
}

/** Kinds that refer to another message, and can neither be reported nor voted on. */
const SECRETLESS = new Set<OutgoingContent['type']>(['reaction', 'pin', 'keep', 'vote', 'event_answer']);

/** Adds what the protocol requires around a message that was written with `writing`. */
export function wrapped(content: OutgoingContent, message: proto.IMessage, writing: Writing): WrittenMessage {
  const { handle } = writing.uploaded ?? {};
  const messageContextInfo = { ...message.messageContextInfo, ...writing.album, messageSecret: randomBytes(32) };
  return {
    message: SECRETLESS.has(content.type) ? message : { ...onceViewed(content, message), messageContextInfo },
    attributes: { ...attributesOf(content, writing.target?.key), ...(handle !== undefined && { media_id: handle }) },
    nodes: nodesBeside(message, writing.nowMs),
  };
}

/** The message that a content was written as before, to be sent again: with the same secrets. */
export function writtenBefore(
  content: OutgoingContent,
  earlier: Uint8Array,
  { target, nowMs }: Pick<Writing, 'target' | 'nowMs'>,
): WrittenMessage {
  const message = proto.Message.decode(earlier);
  return { message, attributes: attributesOf(content, target?.key), nodes: nodesBeside(message, nowMs) };
}

/** Voice notes that can be heard only once have a wrapper of their own. */
function onceViewed(content: OutgoingContent, message: proto.IMessage): proto.IMessage {
  if (!isMedia(content) || content.viewOnce !== true) return message;
  return { [content.type === 'voice' ? 'viewOnceMessageV2Extension' : 'viewOnceMessage']: { message } };
}

/**
 * `edit` says what happens to the earlier message: 1 is another text, 2 a pin, 7 a deletion by its author (or of what it kept), 8 by a
 * group admin. Baileys takes a video note and an answer to an event for a text.
 */
function attributesOf(content: OutgoingContent, key: WAMessageKey | undefined): Record<string, string> {
  if (isMedia(content)) return content.shownAs === 'note' ? { type: 'media' } : {};
  if (content.type === 'event_answer') return { type: 'event' };
  const edit = editOf(content, key?.fromMe === true);
  return edit === undefined ? {} : { edit };
}

function editOf(content: OutgoingContent, isOwn: boolean): string | undefined {
  const { type } = content;
  if (type === 'edit') return '1';
  if (type === 'pin') return '2';
  if (type === 'delete') return isOwn ? '7' : '8';
  return type === 'keep' && !content.kept && isOwn ? '7' : undefined;
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
  const message = 'In a conversation with one person, only messages of this account can be deleted.';
  throw new AppError('message_not_suitable', { message });
}

/** The fields of a key that the protocol has; Baileys keeps more in it. */
function plainKey({ key: { remoteJid, id, fromMe, participant } }: WAMessage): WAMessageKey {
  return { remoteJid, id, fromMe: fromMe === true, ...(participant && !fromMe && { participant }) } as WAMessageKey;
}
