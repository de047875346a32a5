import { extractMessageContent, type proto } from '@whiskeysockets/baileys';

import { MEDIA_KINDS, type MediaKind } from '../media/media-kinds.ts';

/** The fields of any media message. */
export type MediaFields = proto.Message.IImageMessage &
  Omit<proto.Message.IVideoMessage, keyof proto.Message.IImageMessage> &
  Omit<proto.Message.IAudioMessage, keyof proto.Message.IImageMessage> &
  Omit<proto.Message.IDocumentMessage, keyof proto.Message.IImageMessage> &
  Omit<proto.Message.IStickerMessage, keyof proto.Message.IImageMessage>;

/** A file that a phone sends. */
export interface OutgoingMedia {
  readonly kind: MediaKind;
  readonly bytes: Uint8Array;
  /** As usual for the kind without it. */
  readonly mimetype?: string | undefined;
  /** For images, videos and documents. */
  readonly caption?: string | undefined;
  /** For documents. */
  readonly fileName?: string | undefined;
  /** For sounds and videos. */
  readonly seconds?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** A small JPEG. */
  readonly thumbnail?: Uint8Array | undefined;
  /** Whether it can be looked at only once. */
  readonly viewOnce?: boolean | undefined;
  /** Further fields of the message, such as `waveform`, or others than the right ones, such as a `fileLength`. */
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

/** The message that a file is sent in; `place` says where it is and what it is encrypted with. */
export function mediaMessage(media: OutgoingMedia, place: Partial<MediaFields>): proto.IMessage {
  const { kind, caption, viewOnce } = media;
  const message = { [FIELD_OF[kind]]: { ...place, ...contentOf(media), ...media.fields } } as proto.IMessage;
  if (viewOnce) return { viewOnceMessageV2: { message } };
  return kind === 'document' && caption !== undefined ? { documentWithCaptionMessage: { message } } : message;
}

/** The kind and fields of the media in a message, whatever it is wrapped in; undefined when there is none. */
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
