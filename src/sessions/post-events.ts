import type { FurtherEvent } from '../domain/further-event.ts';
import type { Post } from '../domain/post.ts';
import type { SessionId } from '../domain/session-id.ts';
import { isoTime } from '../kit/clock.ts';
import type { NewFurtherEvent } from '../ports/callbacks.ts';
import { mediaInfo, webhookId } from './callback-events.ts';

/**
 * The event of a status, or of a message in a channel. Its webhookId is made of WhatsApp's own ids and of what it says: in a channel, an
 * edited message keeps its id.
 */
export function postReceived(sessionId: SessionId, post: Post): NewFurtherEvent {
  const { chatId, sender, id, content } = post;
  const author = sender.number ?? sender.lid ?? '';
  return {
    event: eventOf(sessionId, post),
    webhookId: webhookId('post', sessionId, chatId, author, id, content.type, content.text ?? ''),
  };
}

function eventOf(sessionId: SessionId, post: Post): FurtherEvent {
  const { id, chatId, sender, fromMe, sentAtMs, offline, content, serverId } = post;
  const fields = {
    ...{ session_id: sessionId, timestamp: isoTime(sentAtMs), message_id: id, message_type: content.type },
    ...{ message_content: content.text, media_info: mediaInfo(sessionId, post, 0), from_me: fromMe, offline },
  };
  if (chatId.endsWith('@newsletter')) {
    return { kind: 'channel-message', body: { ...fields, channel_id: chatId, server_id: serverId } };
  }
  const { pushName, number, lid } = sender;
  const author = { sender_name: pushName ?? number, sender_number: number, sender_lid: lid };
  return { kind: 'status-post', body: { ...fields, ...author, deleted_message_id: content.deletedMessageId } };
}
