import { type Recipient } from './address.ts';
import { type ContactCard, type DeliveryStatus, type Place, type Poll } from './message.ts';
import { type SessionId } from './session-id.ts';

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

/** A file that a caller gave us, on disk while the request that brought it is being answered. */
export interface OutgoingFile {
  /** A name of ours: nothing that the caller said is in it. */
  path: string;
  /** Bytes, at least one. */
  size: number;
  /** Of the content, hex. */
  sha256: string;
  /** As given, or by its content or name; `application/octet-stream` for what nobody knows. */
  mimetype: string;
  /** As given, without folders and control characters, at most 255 bytes; `null` when there is none. */
  fileName: string | null;
}

/** A message on its way out, as it is kept to answer a recipient who could not decrypt it. */
export interface SentMessage {
  messageId: string;
  /** The JID that it goes to. */
  to: string;
  /** The recipient's phone number in digits; `null` for groups and unknown LIDs. */
  toNumber: string | null;
  /** The encoded protobuf message. */
  content: Uint8Array;
}

/** Which sent message is meant. */
export interface SentMessageRef {
  sessionId: SessionId;
  messageId: string;
}

/** A sent message and what became of it. */
export interface KnownSentMessage extends SentMessage {
  /** Unix ms. */
  sentAtMs: number;
  status: DeliveryStatus;
}
