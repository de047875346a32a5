import type { z } from 'zod';
import { type HistoryMessage, type HistoryPlace, OURSELVES } from '../../domain/kept-message.ts';
import { isoTime } from '../../kit/clock.ts';
import type { KeptChat } from '../../sessions/history/session-history.ts';
import { cursorOf, type historyChat, type historyMessage } from '../schemas/history-schemas.ts';

/** Converts a message of the history to its REST form. */
export function historyMessageView(message: HistoryMessage): z.infer<typeof historyMessage> {
  const { author, content } = message;
  const isNumber = author !== OURSELVES && !author.includes('@');
  return {
    message_id: message.messageId,
    chat_id: message.chatId,
    from_me: author === OURSELVES,
    sender_number: isNumber ? author : null,
    sender_lid: content.authorLid ?? (author.endsWith('@lid') ? author : null),
    sender_name: content.authorName,
    group_name: content.groupName,
    timestamp: isoTime(message.sentAtMs),
    status: message.status,
    message_type: content.type,
    message_content: content.text,
    media: content.media,
    quoted_message_id: content.quotedMessageId,
    edited_message_id: content.editedMessageId,
    deleted_message_id: content.deletedMessageId,
    ...{ reaction: content.reaction, location: content.location, contacts: content.contacts, poll: content.poll },
  };
}

/** Converts a conversation of the history to its REST form. */
export function historyChatView({ name, last }: KeptChat): z.infer<typeof historyChat> {
  const { chatId } = last;
  return { chat_id: chatId, is_group: chatId.endsWith('@g.us'), name, last_message: historyMessageView(last) };
}

/** The place behind a full page; `null` behind one that is not full. */
export function nextAfter(messages: readonly HistoryMessage[], limit: number): string | null {
  const last = messages.at(-1);
  return last && messages.length === limit ? cursorAt({ atMs: last.sentAtMs, id: last.id }) : null;
}

/** A place as responses name it; `null` for none. */
export function cursorAt(place: HistoryPlace | undefined): string | null {
  return place ? cursorOf(place) : null;
}
