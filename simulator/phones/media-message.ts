import { extractMessageContent, type proto } from '@whiskeysockets/baileys';

import { MEDIA_KINDS, type MediaKind } from '../media/media-kinds.ts';

/** The fields of all kinds of media messages. */
export type MediaFields = proto.Message.IImageMessage &
  Omit<proto.Message.IVideoMessage, keyof proto.Message.IImageMessage> &
  Omit<proto.Message.IAudioMessage, keyof proto.Message.IImageMessage> &
  Omit<proto.Message.IDocumentMessage, keyof proto.Message.IImageMessage> &
  Omit<proto.Message.IStickerMessage, keyof proto.Message.IImageMessage>;

/** A file that a phone sends. */
export interface OutgoingMedia {
  readonly kind: MediaKind;
  readonly bytes: Uint8Array;
  /** The usual type of the kind by default. */
  readonly mimetype?: string | undefined;
  /** For images, videos and documents. */
  readonly caption?: string | undefined;
  /** For documents. */
  readonly fileName?: string | undefined;
  /** For audio and video. */
  readonly seconds?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** A small JPEG. */
  readonly thumbnail?: Uint8Array | undefined;
  /** Whether it can be viewed only once. */
  readonly viewOnce?: boolean | undefined;
  /** Further fields of the message, such as `waveform`, or overrides, such as a wrong `fileLength`. */
  readonly fields?: Partial<MediaFields> | undefined;
}

const FIELD_OF = {
  image: 'imageMessage',
  video: 'videoMessage',
  audio: 'audioMessage',
  voice: 'audioMessage',
  document: 'documentMessage',
  sticker: 'stickerMessage',
  ptv: 'ptvMessage',
} as const satisfies Record<MediaKind, keyof proto.IMessage>;

/** The message for a file; `location` has its direct path, keys and hashes. */
export function mediaMessage(media: OutgoingMedia, location: Partial<MediaFields>): proto.IMessage {
  const { kind, caption, viewOnce } = media;
  const message = { [FIELD_OF[kind]]: { ...location, ...contentOf(media), ...media.fields } } as proto.IMessage;
  if (viewOnce) return { viewOnceMessageV2: { message } };
  return kind === 'document' && caption !== undefined ? { documentWithCaptionMessage: { message } } : message;
}

/** The kind and fields of the media in a message, unwrapped; undefined when there is none. */
export function mediaIn(message: proto.IMessage): { kind: MediaKind; fields: MediaFields } | undefined {
  const content = extractMessageContent(message);
  for (const kind of Object.keys(FIELD_OF) as MediaKind[]) {
    const fields = content?.[FIELD_OF[kind]] as MediaFields | null | undefined;
    if (fields) return { kind: fields.ptt ? 'voice' : kind, fields };
  }
  return undefined;
}

function contentOf(media: OutgoingMedia): Partial<MediaFields> {
  const { kind, fileName, thumbnail, viewOnce, caption, seconds, width, height } = media;
  const { mimetype = MEDIA_KINDS[kind].mimetype } = media;
  const fields = {
    ...{ mimetype, caption, seconds, width, height, fileName, viewOnce },
    title: fileName,
    [kind === 'sticker' ? 'pngThumbnail' : 'jpegThumbnail']: thumbnail,
    ptt: kind === 'voice' || undefined,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
