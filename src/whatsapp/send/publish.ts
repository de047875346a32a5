import { proto, type WASocket } from '@whiskeysockets/baileys';
import type { WrittenMessage } from '../messages/write.ts';

/** A message to a channel. */
interface Post {
  to: string;
  messageId: string;
  written: WrittenMessage;
}

/**
 * Sends a message to a channel, where nothing is encrypted. Baileys sends texts there; a file it neither names (`media_id`) nor says the kind
 * of (`mediatype`), as WhatsApp's own clients do (whatsmeow, `sendNewsletter`).
 */
export async function publish(
  socket: WASocket,
  { to, messageId, written: { message, attributes } }: Post,
): Promise<void> {
  const mediatype = mediaTypeOf(message);
  await socket.sendNode({
    tag: 'message',
    attrs: { ...attributes, to, id: messageId, type: mediatype === undefined ? 'text' : 'media' },
    content: [
      {
        tag: 'plaintext',
        attrs: mediatype === undefined ? {} : { mediatype },
        content: proto.Message.encode(message).finish(),
      },
    ],
  });
}

function mediaTypeOf({
  imageMessage,
  videoMessage,
  audioMessage,
  documentMessage,
}: proto.IMessage): string | undefined {
  if (imageMessage) return 'image';
  if (videoMessage) return videoMessage.gifPlayback ? 'gif' : 'video';
  if (audioMessage) return audioMessage.ptt ? 'ptt' : 'audio';
  return documentMessage ? 'document' : undefined;
}
