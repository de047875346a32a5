import { type proto, type WAMessageKey } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../../domain/message.ts';
import { contentOf, firstText } from '../content.ts';

/** The reaction in `message`; `undefined` when it is of another kind. An empty one takes an earlier one back. */
export function read({ reactionMessage }: proto.IMessage): MessageContent | undefined {
  if (!reactionMessage) return undefined;
  const emoji = firstText(reactionMessage.text);
  return contentOf('reaction', { text: emoji, reaction: { message_id: reactionMessage.key?.id ?? null, emoji } });
}

/** A reaction to the message with this key as it goes out, at `atMs` (Unix ms). */
export function write(key: WAMessageKey, emoji: string | null, atMs: number): proto.IMessage {
  return { reactionMessage: { key, text: emoji ?? '', senderTimestampMs: atMs } };
}
