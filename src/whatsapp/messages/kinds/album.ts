import { proto, type WAMessage } from '@whiskeysockets/baileys';
import { AppError } from '../../../domain/errors.ts';
import { unwrap } from '../unwrap.ts';

const { MEDIA_ALBUM } = proto.MessageAssociation.AssociationType;

/** Writes the message that announces an album. */
export function write({ images, videos }: { images: number; videos: number }): proto.IMessage {
  return { albumMessage: { expectedImageCount: images, expectedVideoCount: videos } };
}

/**
 * What says that a picture or video for this chat belongs to the album.
 * @throws AppError `message_not_suitable` when that is no album of the account in this chat
 */
export function membership({ key, message }: WAMessage, chatId: string): proto.IMessageContextInfo {
  if (!key.fromMe || key.remoteJid !== chatId || !unwrap(message ?? {}).albumMessage) {
    throw new AppError('message_not_suitable', { message: 'The album is none that this account began in this chat.' });
  }
  const parentMessageKey = { remoteJid: chatId, fromMe: true, id: key.id ?? '' };
  return { messageAssociation: { associationType: MEDIA_ALBUM, parentMessageKey } };
}
