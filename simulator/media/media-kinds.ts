/** Properties of a kind of media (section 11 of the protocol notes). */
interface MediaKindFacts {
  /** The HKDF info from which its keys are derived. */
  readonly keyInfo: string;
  /** The default type. */
  readonly mimetype: string;
  /** Its segment in the upload path, `/mms/<upload>/…`. */
  readonly upload: string;
}

/** All kinds of media that a phone sends. `voice` and `ptv`, a round video, are recorded in the chat. */
export const MEDIA_KINDS = {
  image: { keyInfo: 'WhatsApp Image Keys', mimetype: 'image/jpeg', upload: 'image' },
  video: { keyInfo: 'WhatsApp Video Keys', mimetype: 'video/mp4', upload: 'video' },
  audio: { keyInfo: 'WhatsApp Audio Keys', mimetype: 'audio/mpeg', upload: 'audio' },
  voice: { keyInfo: 'WhatsApp Audio Keys', mimetype: 'audio/ogg; codecs=opus', upload: 'audio' },
  document: { keyInfo: 'WhatsApp Document Keys', mimetype: 'application/octet-stream', upload: 'document' },
  sticker: { keyInfo: 'WhatsApp Image Keys', mimetype: 'image/webp', upload: 'image' },
  ptv: { keyInfo: 'WhatsApp Video Keys', mimetype: 'video/mp4', upload: 'video' },
} as const satisfies Record<string, MediaKindFacts>;

/** A name of {@link MEDIA_KINDS}. */
export type MediaKind = keyof typeof MEDIA_KINDS;

/** Whether `name` is one of {@link MEDIA_KINDS}. */
export function isMediaKind(name: string): name is MediaKind {
  return Object.hasOwn(MEDIA_KINDS, name);
}
