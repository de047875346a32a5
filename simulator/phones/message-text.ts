import { extractMessageContent, type proto } from '@whiskeysockets/baileys';

/** The text or caption of a message; empty without either. */
export function textOf(message: proto.IMessage): string {
  const content = extractMessageContent(message);
  if (!content) return '';
  const { conversation, extendedTextMessage, imageMessage, videoMessage, documentMessage, interactiveMessage } =
    content;
  const captioned = [imageMessage, videoMessage, documentMessage].find((media) => media?.caption);
  return (
    [conversation, extendedTextMessage?.text, captioned?.caption, interactiveMessage?.body?.text].find(
      (text) => text,
    ) ?? ''
  );
}
