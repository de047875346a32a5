import { proto } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../domain/message.ts';
import { readContext } from './context.ts';

/** The text message in `message`; `undefined` when it is of another kind. */
export function read(message: proto.IMessage): MessageContent | undefined {
  const text = message.conversation ?? message.extendedTextMessage?.text;
  if (text === null || text === undefined || text === '') return undefined;
  return { type: 'text', text, media: null, ...readContext(message.extendedTextMessage?.contextInfo) };
}

/**
 * A text as it goes out. No link preview, ever: the library would fetch any address in the text from
 * our own network.
 */
export function write(text: string): { text: string; linkPreview: null } {
  return { text, linkPreview: null };
}

/** The same text as bytes, for a recipient who asks for it again: what Baileys makes of {@link write}'s. */
export function encode(text: string): Uint8Array {
  return proto.Message.encode({ extendedTextMessage: { text } }).finish();
}
