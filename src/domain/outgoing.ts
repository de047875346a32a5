import type { Random } from '../kit/random.ts';
import type { Recipient } from './address.ts';
import type { OutgoingButtons, OutgoingList } from './interactive.ts';
import type { KeptMessage } from './kept-message.ts';
import type { ContactCard, DeliveryStatus, Place, Poll } from './message.ts';
import type { VoteCast } from './poll.ts';
import type { SessionId } from './session-id.ts';

/** A location to share. Degrees are WGS 84. */
export type OutgoingPlace = Pick<Place, 'name' | 'address'> & { latitude: number; longitude: number };

/** The content of a message to send. */
export type OutgoingContent =
  | { type: 'text'; text: string; preview?: LinkPreview | undefined }
  | OutgoingMedia
  /** Announces so many pictures and videos, which follow, and are shown together. */
  | { type: 'album'; images: number; videos: number }
  | { type: 'event'; event: OutgoingEvent }
  | { type: 'location'; location: OutgoingPlace }
  | { type: 'contact'; contacts: readonly ContactCard[] }
  | { type: 'poll'; poll: Poll }
  | OutgoingButtons
  | OutgoingList
  | OutgoingChange
  /** Forwards an earlier message to another conversation. */
  | { type: 'forward'; messageId: string };

/** The message types with a file. `voice` is a voice note; `document` is any file. */
export const MEDIA_TYPES = ['image', 'video', 'audio', 'voice', 'document', 'sticker'] as const;

/** A file to send, and how it is displayed. */
export interface OutgoingMedia {
  type: (typeof MEDIA_TYPES)[number];
  file: OutgoingFile;
  /** For images, videos and documents. */
  caption: string | null;
  /** The duration; detected if possible when it is missing. */
  seconds: number | null;
  /** Pixels. */
  width: number | null;
  height: number | null;
  /** Whether it can be viewed only once. */
  viewOnce?: boolean | undefined;
  /** How a video is shown: it plays by itself, again and again, or it is a round video note. */
  shownAs?: 'gif' | 'note' | undefined;
  /** The id of the album that it belongs to. */
  album?: string | undefined;
}

/** What phones show of an address in a text. */
export interface LinkPreview {
  /** As it stands in the text. */
  url: string;
  title: string;
  description: string | null;
  /** A small JPEG. */
  thumbnail: Uint8Array | null;
}

/** An event that people can say they attend. Times are Unix ms. */
export interface OutgoingEvent {
  name: string;
  description: string | null;
  startAtMs: number;
  endAtMs: number | null;
  location: OutgoingPlace | null;
  /** Where it takes place online. */
  joinLink: string | null;
  /** Whether guests may bring others. */
  extraGuests: boolean;
  canceled: boolean;
}

/** Whether a message carries a file. */
export function isMedia(content: OutgoingContent): content is OutgoingMedia {
  return 'file' in content;
}

/** An action on an earlier message, in the conversation of that message. */
type OutgoingChange =
  /** `null` removes an earlier reaction. */
  | { type: 'reaction'; messageId: string; emoji: string | null }
  /** Replaces the text, or the caption of the file, of the account's own message. */
  | { type: 'edit'; messageId: string; text: string }
  /** Deletes a message for everybody: the account's own, or as a group admin anybody's. */
  | { type: 'delete'; messageId: string }
  /** Shows a message on top of its chat for so many seconds, or no longer. */
  | { type: 'pin'; messageId: string; pinned: boolean; seconds: number }
  /** Keeps a message in a chat whose messages disappear, or no longer. */
  | { type: 'keep'; messageId: string; kept: boolean }
  /** Votes in a poll; no options take back an earlier vote. */
  | { type: 'vote'; messageId: string; options: readonly string[] }
  /** Says whether the account attends an event; replaces what it said before. */
  | { type: 'event_answer'; messageId: string; answer: EventAnswer };

/** Whether somebody attends an event. */
export const EVENT_ANSWERS = ['going', 'not_going', 'maybe'] as const;

/** One of {@link EVENT_ANSWERS}. */
export type EventAnswer = (typeof EVENT_ANSWERS)[number];

/** What is posted as a status, in place of a message to somebody. */
export interface StatusPost {
  /** Who may see it. */
  audience: readonly Recipient[];
  /** The color behind a text, 0xAARRGGBB; `null` for another content. */
  background: number | null;
}

/** A message to send. */
export interface OutgoingMessage {
  /** `null` for an action on an earlier message, and for a status. */
  to: Recipient | null;
  content: OutgoingContent;
  /** The id of the message to reply to. */
  replyTo: string | null;
  /** The people whom it mentions. */
  mentions: readonly Recipient[];
  /** Whether it mentions everybody in its group, whatever its text says. */
  mentionAll?: boolean | undefined;
  /** The id that the caller chose for it. */
  ownId?: string | undefined;
  /** Set for a status, and for the deletion of one. */
  status?: StatusPost | undefined;
  /** The id of a request that may be repeated, to send it under; otherwise it gets one when it is sent. */
  messageId?: string | undefined;
}

/** An id for a message, of the form that WhatsApp's own clients use. */
export function newMessageId(random: Random): string {
  return `3EB0${random.text(18, '0123456789ABCDEF')}`;
}

/** A file from a request, on disk until the request is answered. */
export interface OutgoingFile {
  /** Generated: contains nothing that the caller provided. */
  path: string;
  /** Bytes, at least one. */
  size: number;
  /** Of the content, hex. */
  sha256: string;
  /** As declared, or detected from the content or name; `application/octet-stream` if unknown. */
  mimetype: string;
  /** As declared, without folders and control characters, at most 255 bytes; `null` if there is none. */
  fileName: string | null;
}

/** A sent message, kept for recipients who could not decrypt it and ask for it again. */
export interface SentMessage {
  messageId: string;
  /** The recipient's JID. */
  to: string;
  /** The recipient's phone number in digits; `null` for groups and unknown LIDs. */
  toNumber: string | null;
  /** The encoded protobuf message. */
  content: Uint8Array;
  /** As the history keeps it, if the session keeps one. */
  kept?: KeptMessage | undefined;
  /** The vote that it is: it counts once WhatsApp has accepted the message. */
  vote?: VoteCast | undefined;
}

/** A reference to a sent message. */
export interface SentMessageRef {
  sessionId: SessionId;
  messageId: string;
}

/** What became of a sent message. */
export interface SentMessageState extends Omit<SentMessage, 'content' | 'kept'> {
  /** Unix ms. */
  sentAtMs: number;
  status: DeliveryStatus;
}

/** A sent message with its status. */
export interface KnownSentMessage extends SentMessageState {
  /** The encoded protobuf message; `null` when what is stored of it is damaged. */
  content: Uint8Array | null;
}
