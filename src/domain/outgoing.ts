import { type Recipient } from './address.ts';
import { type ContactCard, type Place, type Poll } from './message.ts';
import { type OutgoingFile } from './outgoing-file.ts';

/** A place to share; degrees are those of WGS 84. */
export type OutgoingPlace = Pick<Place, 'name' | 'address'> & { latitude: number; longitude: number };

/** What a message to be sent says. */
export type OutgoingContent =
  | { type: 'text'; text: string }
  | OutgoingMedia
  | { type: 'location'; location: OutgoingPlace }
  | { type: 'contact'; contacts: readonly ContactCard[] }
  | { type: 'poll'; poll: Poll }
  | OutgoingChange
  /** The same as an earlier message, in another conversation. */
  | { type: 'forward'; messageId: string };

/** The kinds of messages that carry a file; a voice note is played, and a document is what can only be opened. */
export const MEDIA_TYPES = ['image', 'video', 'audio', 'voice', 'document', 'sticker'] as const;

/** A file, as what it is shown. */
export interface OutgoingMedia {
  type: (typeof MEDIA_TYPES)[number];
  file: OutgoingFile;
  /** Of pictures, videos and documents. */
  caption: string | null;
  /** How long it plays; found out where it can be when it is missing. */
  seconds: number | null;
  /** Pixels. */
  width: number | null;
  height: number | null;
}

/** Whether a message carries a file. */
export function isMedia(content: OutgoingContent): content is OutgoingMedia {
  return 'file' in content;
}

/** What is done to an earlier message, in its own conversation. */
type OutgoingChange =
  /** `null` takes an earlier reaction back. */
  | { type: 'reaction'; messageId: string; emoji: string | null }
  /** Writes one's own text, or the caption of one's own file, anew. */
  | { type: 'edit'; messageId: string; text: string }
  /** Takes a message back for everybody: one's own, or as a group's admin anybody's. */
  | { type: 'delete'; messageId: string };

/** A message as a caller wants it sent. */
export interface OutgoingMessage {
  /** Whom it is for; `null` for what is done to an earlier message. */
  to: Recipient | null;
  content: OutgoingContent;
  /** The id of the message that it answers. */
  replyTo: string | null;
  /** The people whom it names. */
  mentions: readonly Recipient[];
}
