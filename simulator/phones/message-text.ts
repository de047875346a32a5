import { extractMessageContent, type proto } from '@whiskeysockets/baileys';

/** The text that a person reads in a message: what was written, or a caption; empty without either. */
export function textOf(message: proto.IMessage): string {
  const content = extractMessageContent(message);
  return (
    content?.conversation ??
    content?.extendedTextMessage?.text ??
    content?.imageMessage?.caption ??
    content?.videoMessage?.caption ??
    content?.documentMessage?.caption ??
    ''
  );
}
