import { type proto } from '@whiskeysockets/baileys';
import { type MediaInfo, type MessageContent, type MessageType } from '../../domain/message.ts';
import { contentOf } from './content.ts';

/** The fields that the kinds of media share, or that some of them have. */
type AnyMedia = Partial<
  Omit<proto.Message.IImageMessage & proto.Message.IVideoMessage & proto.Message.IDocumentMessage, 'thumbnailHeight'>
>;

/** The media message in `message`, described but not downloaded; `undefined` when it is of another kind. */
export function read(message: proto.IMessage): MessageContent | undefined {
  const [type, media] = mediaOf(message);
  if (!media || !type) return undefined;
  const caption = media.caption ?? null;
  return contentOf(type, { text: caption, media: describe(media) }, media.contextInfo);
}

function mediaOf(message: proto.IMessage): [MessageType?, AnyMedia?] {
  const { imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage } = message;
  if (imageMessage) return ['image', imageMessage];
  if (videoMessage ?? ptvMessage) return ['video', (videoMessage ?? ptvMessage) as AnyMedia];
  if (audioMessage) return [audioMessage.ptt ? 'voice' : 'audio', audioMessage];
  if (documentMessage) return ['document', documentMessage];
  if (stickerMessage) return ['sticker', stickerMessage];
  return [];
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
