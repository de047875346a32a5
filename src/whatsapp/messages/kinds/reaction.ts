import type { proto, WAMessageKey } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../../domain/message.ts';
import { contentOf, firstText } from '../content.ts';

/** Reads a reaction; `undefined` when `message` is of another kind. An empty one removes an earlier one. */
export function read({ reactionMessage }: proto.IMessage): MessageContent | undefined {
  if (!reactionMessage) return undefined;
  const emoji = firstText(reactionMessage.text);
  return contentOf('reaction', { text: emoji, reaction: { message_id: reactionMessage.key?.id ?? null, emoji } });
}

/** Writes a reaction to the message with this key, at `atMs` (Unix ms). */
export function write(key: WAMessageKey, emoji: string | null, atMs: number): proto.IMessage {
  return { reactionMessage: { key, text: emoji ?? '', senderTimestampMs: atMs } };
}
