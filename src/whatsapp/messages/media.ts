import { type proto } from '@whiskeysockets/baileys';
import { type MediaInfo, type MessageContent, type MessageType } from '../../domain/message.ts';
import { type MediaKind } from '../media/media-keys.ts';
import { contentOf } from './content.ts';

/** The fields that the kinds of media share, or that some of them have. */
type AnyMedia = Partial<
  Omit<proto.Message.IImageMessage & proto.Message.IVideoMessage & proto.Message.IDocumentMessage, 'thumbnailHeight'>
>;

/** The media message in `message`, described but not downloaded; `undefined` when it is of another kind. */
export function read(message: proto.IMessage): MessageContent | undefined {
  const found = mediaOf(message);
  if (!found) return undefined;
  const { type, media } = found;
  const caption = media.caption ?? null;
  return contentOf(type, { text: caption, media: describe(media) }, media.contextInfo);
}

/** A media message: of what type it is, and as what its file is encrypted. */
export interface FoundMedia {
  type: MessageType;
  kind: MediaKind;
  media: AnyMedia;
}

/** The media message in `message`, which has no wrapper any more; `undefined` when it is of another kind. */
export function mediaOf(message: proto.IMessage): FoundMedia | undefined {
  const { imageMessage, audioMessage, documentMessage, stickerMessage } = message;
  const videoMessage = message.videoMessage ?? message.ptvMessage;
  if (imageMessage) return { type: 'image', kind: 'Image', media: imageMessage };
  if (videoMessage) return { type: 'video', kind: 'Video', media: videoMessage };
  if (audioMessage) return { type: audioMessage.ptt ? 'voice' : 'audio', kind: 'Audio', media: audioMessage };
  if (documentMessage) return { type: 'document', kind: 'Document', media: documentMessage };
  return stickerMessage ? { type: 'sticker', kind: 'Image', media: stickerMessage } : undefined;
}

function describe(media: AnyMedia): MediaInfo {
  return {
    mimetype: media.mimetype ?? null,
    size: media.fileLength ? Number(media.fileLength) : null,
    file_name: media.fileName ?? null,
    caption: media.caption ?? null,
    seconds: media.seconds ?? null,
    width: media.width ?? null,
    height: media.height ?? null,
    sha256: base64(media.fileSha256),
    thumbnail: base64(media.jpegThumbnail),
    path: null,
    url: null,
    download_error: null,
  };
}

function base64(bytes: Uint8Array | null | undefined): string | null {
  return bytes && bytes.length > 0 ? Buffer.from(bytes).toString('base64') : null;
}
