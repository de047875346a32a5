import type { z } from 'zod';
import { isoTime } from '../../kit/clock.ts';
import type { RecentMessage } from '../../sessions/recent-messages.ts';
import type { recentMessage } from '../schemas/session-schemas.ts';

/** Converts a recent message to its REST form. */
export function recentMessageView(message: RecentMessage): z.infer<typeof recentMessage> {
  const { sessionId, messageId, direction, atMs, chatId, number, name, type, text } = message;
  return {
    session_id: sessionId,
    message_id: messageId,
    direction,
    at: isoTime(atMs),
    chat_id: chatId,
    number,
    name,
    type,
    text,
  };
}
