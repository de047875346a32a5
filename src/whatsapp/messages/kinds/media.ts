import type { proto } from '@whiskeysockets/baileys';
import { AppError } from '../../../domain/errors.ts';
import type { MediaInfo, MessageContent, MessageType } from '../../../domain/message.ts';
import type { OutgoingMedia } from '../../../domain/outgoing.ts';
import { cleanFileName } from '../../../kit/file-name.ts';
import { contentOf, firstText } from '../content.ts';
import type { MediaKind, UploadedFile } from '../media-kind.ts';

/** The fields that all kinds of media have, or some of them. */
type AnyMedia = Partial<
  Omit<proto.Message.IImageMessage & proto.Message.IVideoMessage & proto.Message.IDocumentMessage, 'thumbnailHeight'>
>;

/** Reads a media message, described but not downloaded; `undefined` when `message` is of another kind. */
export function read(message: proto.IMessage): MessageContent | undefined {
  const found = mediaOf(message);
  if (!found) return undefined;
  const { type, media } = found;
  const caption = media.caption ?? null;
  return contentOf(type, { text: caption, media: describe(media), hasFile: hasFile(media) }, media.contextInfo);
}

/** A media message: its type, and how its file is encrypted. */
export interface FoundMedia {
  type: MessageType;
  kind: MediaKind;
  media: AnyMedia;
}

/** Finds the media in a message without wrappers; `undefined` when it is of another kind. */
export function mediaOf(message: proto.IMessage): FoundMedia | undefined {
  const { imageMessage, audioMessage, documentMessage, stickerMessage } = message;
  const videoMessage = message.videoMessage ?? message.ptvMessage;
  if (imageMessage) return { type: 'image', kind: 'Image', media: imageMessage };
  if (videoMessage) return { type: 'video', kind: 'Video', media: videoMessage };
  if (audioMessage) return { type: audioMessage.ptt ? 'voice' : 'audio', kind: 'Audio', media: audioMessage };
  if (documentMessage) return { type: 'document', kind: 'Document', media: documentMessage };
  return stickerMessage ? { type: 'sticker', kind: 'Image', media: stickerMessage } : undefined;
}

/** Whether there is a file to download: the message says where it is, and has its key. */
export function hasFile({ mediaKey, directPath, url }: AnyMedia): boolean {
  return (mediaKey?.length ?? 0) > 0 && firstText(directPath, url) !== null;
}

function describe(media: AnyMedia): MediaInfo {
  return {
    mimetype: media.mimetype ?? null,
    size: media.fileLength ? Number(media.fileLength) : null,
    file_name: cleanFileName(media.fileName),
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

/** How WhatsApp represents each type of file: the field in the message, how it is encrypted, and the formats that it shows. */
const OUTGOING = {
  image: { field: 'imageMessage', kind: 'Image', formats: /^image\/(jpeg|png|webp|gif)$/ },
  video: { field: 'videoMessage', kind: 'Video', formats: /^video\// },
  audio: { field: 'audioMessage', kind: 'Audio', formats: /^(audio\/|application\/ogg$)/ },
  voice: { field: 'audioMessage', kind: 'Audio', formats: /^(audio|application)\/ogg$/ },
  document: { field: 'documentMessage', kind: 'Document', formats: /./ },
  sticker: { field: 'stickerMessage', kind: 'Image', formats: /^image\/webp$/ },
} as const satisfies Record<OutgoingMedia['type'], { field: keyof proto.IMessage; kind: MediaKind; formats: RegExp }>;

/**
 * Returns how a file is encrypted.
 * @throws AppError `unsupported_media` when WhatsApp would not show the file as this type
 */
export function kindOf({ type, file }: OutgoingMedia): MediaKind {
  const { kind, formats } = OUTGOING[type];
  const mimetype = file.mimetype.split(';', 1)[0]?.trim() ?? '';
  if (formats.test(mimetype)) return kind;
  throw new AppError('unsupported_media', {
    message: `WhatsApp does not show ${mimetype} as ${type}; ${FITTING[type] ?? 'send it as a document'}.`,
  });
}

const FITTING: Partial<Record<OutgoingMedia['type'], string>> = {
  voice: 'a voice note is Ogg with Opus (audio/ogg); other sounds are sent as audio',
  sticker: 'a sticker is a WebP picture',
};

/** Writes a media message for an uploaded file; `atMs` is now (Unix ms). */
export function write(content: OutgoingMedia, uploaded: UploadedFile, atMs: number): proto.IMessage {
  const { type, file, caption, seconds, width, height } = content;
  const isVoice = type === 'voice';
  const media: AnyMedia & proto.Message.IAudioMessage = {
    ...uploaded,
    mimetype: isVoice ? 'audio/ogg; codecs=opus' : file.mimetype,
    fileLength: file.size,
    ...(uploaded.mediaKey && { mediaKeyTimestamp: Math.floor(atMs / 1000) }),
    ...(caption !== null && { caption }),
    ...(seconds !== null && { seconds }),
    ...(width !== null && height !== null && { width, height }),
    ...(isVoice && { ptt: true }),
    ...ways(content),
    ...(type === 'document' && { fileName: file.fileName, title: file.fileName }),
  };
  return { [content.shownAs === 'note' ? 'ptvMessage' : OUTGOING[type].field]: media };
}

/** How it is shown, where that is not as usual. */
function ways({ viewOnce = false, shownAs }: OutgoingMedia): proto.Message.IVideoMessage {
  return { ...(viewOnce && { viewOnce }), ...(shownAs === 'gif' && { gifPlayback: true }) };
}
