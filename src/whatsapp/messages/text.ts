import { proto } from '@whiskeysockets/baileys';
import { type MessageContent } from '../../domain/message.ts';
import { contentOf, firstText } from './content.ts';

/** The text message in `message`, also what a business wrote above its buttons; `undefined` when it is of another kind. */
export function read(message: proto.IMessage): MessageContent | undefined {
  const { conversation, extendedTextMessage: extended } = message;
  const text = firstText(conversation, extended?.text, ...ofBusiness(message));
  return text === null ? undefined : contentOf('text', { text }, extended?.contextInfo);
}

function ofBusiness(message: proto.IMessage): (string | null | undefined)[] {
  const { buttonsMessage, listMessage, interactiveMessage } = message;
  return [
    buttonsMessage?.contentText,
    listMessage?.description,
    listMessage?.title,
    interactiveMessage?.body?.text,
    ...ofTemplate(message),
  ];
}

function ofTemplate({ templateMessage, highlyStructuredMessage }: proto.IMessage): (string | null | undefined)[] {
  return [
    templateMessage?.hydratedTemplate?.hydratedContentText,
    templateMessage?.hydratedFourRowTemplate?.hydratedContentText,
    highlyStructuredMessage?.hydratedHsm?.hydratedTemplate?.hydratedContentText,
  ];
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
