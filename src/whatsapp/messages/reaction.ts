import { type proto } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../domain/message.ts';
import { contentOf, firstText } from './content.ts';

/** The reaction in `message`; `undefined` when it is of another kind. An empty one takes an earlier one back. */
export function read({ reactionMessage }: proto.IMessage): MessageContent | undefined {
  if (!reactionMessage) return undefined;
  const emoji = firstText(reactionMessage.text);
  return contentOf('reaction', { text: emoji, reaction: { message_id: reactionMessage.key?.id ?? null, emoji } });
}
