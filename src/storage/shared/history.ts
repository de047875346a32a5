import type { HistoryMessage, HistoryPlace, KeptContent, KeptMessage } from '../../domain/kept-message.ts';
import type { DeliveryStatus } from '../../domain/message.ts';

/** A row of `kept_messages`; `body` is the sealed {@link KeptContent}. */
export interface KeptRow<Body> {
  id: number;
  chat: string;
  author: string;
  messageId: string;
  sentAtMs: number;
  status: DeliveryStatus | null;
  body: Body;
}

/** Before every message. */
export const NEWEST: HistoryPlace = { atMs: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };

/** Whether a message needs no other one in its place. */
export function isReadable({ content }: KeptMessage): boolean {
  return content.type !== 'undecryptable';
}

/** The message of a row. */
export function messageOf(row: KeptRow<unknown>, json: string): HistoryMessage {
  const { id, chat: chatId, author, messageId, sentAtMs, status } = row;
  return { id, chatId, author, messageId, sentAtMs, status, content: JSON.parse(json) as KeptContent };
}
