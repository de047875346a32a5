import { jidOfNumber } from '../../domain/address.ts';
import { createHash } from 'node:crypto';
import { type KeptContent, type KeptMedia, type KeptMessage, OURSELVES } from '../../domain/kept-message.ts';
import type { IncomingMessage, MediaInfo, Poll } from '../../domain/message.ts';
import type { OutgoingContent, OutgoingMessage, SentMessage } from '../../domain/outgoing.ts';

/** Senders choose ids: a longer one is kept as its hash, since databases bound what they index. */
const MAX_NAME = 96;

/** A message that arrived, in the conversation with this id. */
export function keptReceived(message: IncomingMessage, chatId: string, nowMs: number): KeptMessage {
  const { id, fromMe, sender, sentAtMs, groupName, isGroup } = message;
  const author = fromMe ? OURSELVES : (sender.number ?? sender.lid ?? chatId);
  return {
    messageId: bounded(id),
    chatId: bounded(chatId),
    author: bounded(author),
    sentAtMs: Math.min(sentAtMs, nowMs),
    status: null,
    content: {
      ...contentOf(message),
      authorName: fromMe ? null : sender.pushName,
      authorLid: fromMe ? null : sender.lid,
      groupName: isGroup ? groupName : null,
    },
  };
}

/** The conversation of a message with one person or a group, as far as the message names it. */
export function chatOf({ isGroup, fromMe, sender, chatId }: IncomingMessage): string {
  if (isGroup || fromMe) return chatId;
  return sender.number === null ? (sender.lid ?? chatId) : jidOfNumber(sender.number);
}

/** A message that is about to be sent for a caller. */
export function keptSent(outgoing: OutgoingMessage, sent: SentMessage, nowMs: number): KeptMessage {
  const { content, replyTo } = outgoing;
  return {
    messageId: bounded(sent.messageId),
    chatId: sent.toNumber === null ? sent.to : jidOfNumber(sent.toNumber),
    author: OURSELVES,
    // WhatsApp's times have whole seconds: with a finer one, an answer within the same second would come before this.
    sentAtMs: Math.floor(nowMs / 1000) * 1000,
    status: 'pending',
    content: { ...NOTHING, ...sentContent(content), type: content.type, quotedMessageId: replyTo },
  };
}

const NOTHING: Omit<KeptContent, 'type'> = {
  ...{ text: null, authorName: null, authorLid: null, groupName: null, media: null, quotedMessageId: null },
  ...{ editedMessageId: null, deletedMessageId: null, reaction: null, location: null, contacts: [], poll: null },
};

function contentOf({ content }: IncomingMessage): Omit<KeptContent, 'authorName' | 'authorLid' | 'groupName'> {
  const { type, text, media, quotedMessageId, editedMessageId, deletedMessageId, reaction, location, poll } = content;
  return {
    ...{ type, text, quotedMessageId, editedMessageId, deletedMessageId, reaction, location },
    media: media && mediaOf(media),
    contacts: content.contacts.map(({ name, numbers }) => ({ name, numbers })),
    poll: poll && { name: poll.name, options: poll.options ?? [] },
  };
}

function mediaOf({ mimetype, size, file_name, seconds }: MediaInfo): KeptMedia {
  return { mimetype, size, file_name, seconds };
}

function sentContent(content: OutgoingContent): Partial<KeptContent> {
  if ('file' in content) {
    const { mimetype, size, fileName: file_name } = content.file;
    return { text: content.caption, media: { mimetype, size, file_name, seconds: content.seconds } };
  }
  if (content.type === 'edit') return { text: content.text, editedMessageId: content.messageId };
  if ('location' in content) return { location: { ...content.location, url: null, accuracy_meters: null } };
  if ('contacts' in content) return { contacts: content.contacts.map(({ name, numbers }) => ({ name, numbers })) };
  if ('poll' in content) return { text: content.poll.name, poll: pick(content.poll) };
  return 'text' in content ? { text: content.text } : actionContent(content);
}

function actionContent(content: OutgoingContent): Partial<KeptContent> {
  if (content.type === 'delete') return { deletedMessageId: content.messageId };
  if (content.type !== 'reaction') return {};
  return { text: content.emoji, reaction: { message_id: content.messageId, emoji: content.emoji } };
}

function pick({ name, options }: Poll): KeptContent['poll'] {
  return { name, options };
}

function bounded(name: string): string {
  if (name.length <= MAX_NAME) return name.toWellFormed();
  return `sha256-${createHash('sha256').update(name).digest('base64url')}`;
}
