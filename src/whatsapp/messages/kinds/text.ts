import { proto } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../../domain/message.ts';
import type { LinkPreview } from '../../../domain/outgoing.ts';
import { contentOf, firstText } from '../content.ts';
import { textsOf } from './interactive.ts';

const { NONE } = proto.Message.ExtendedTextMessage.PreviewType;

/** Reads a text, also the one above a business's buttons; `undefined` when `message` is of another kind. */
export function read(message: proto.IMessage): MessageContent | undefined {
  const { conversation, extendedTextMessage: extended } = message;
  const text = firstText(conversation, extended?.text, ...ofBusiness(message));
  const context = extended?.contextInfo ?? message.interactiveMessage?.contextInfo;
  return text === null ? undefined : contentOf('text', { text }, context);
}

function ofBusiness(message: proto.IMessage): (string | null | undefined)[] {
  const { buttonsMessage, listMessage, interactiveMessage } = message;
  return [
    buttonsMessage?.contentText,
    listMessage?.description,
    listMessage?.title,
    ...textsOf(interactiveMessage),
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

/** Writes a text, with what phones show of an address in it, if anything: recipients see what the sender's device made of it. */
export function write(text: string, preview?: LinkPreview): proto.IMessage {
  if (!preview) return { extendedTextMessage: { text } };
  const { url, title, description, thumbnail } = preview;
  return {
    extendedTextMessage: {
      ...{ text, matchedText: url, title, previewType: NONE },
      ...(description !== null && { description }),
      ...(thumbnail && { jpegThumbnail: thumbnail }),
    },
  };
}
