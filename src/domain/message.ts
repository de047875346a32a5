import type { NotedTimer } from './chat.ts';
import type { DownloadError } from './download-failure.ts';
import type { Person } from './person.ts';
import type { PollState, PollVote } from './poll.ts';

/** Every message type that a callback can report (contract 2.1). */
export const MESSAGE_TYPES = [
  ...(['text', 'image', 'video', 'audio', 'voice', 'document', 'sticker'] as const),
  ...(['location', 'live_location', 'contact', 'poll', 'poll_vote', 'reaction', 'edit', 'delete'] as const),
  ...(['buttons_reply', 'list_reply', 'group_invite', 'event', 'event_answer', 'order', 'product', 'call'] as const),
  ...(['disappearing_timer', 'view_once', 'unsupported', 'undecryptable'] as const),
] as const;

/**
 * The type of a message. Types that cannot be read are `unsupported`. An `undecryptable` message has been requested again; when it
 * arrives, it is reported once more with its content. A `view_once` message is one that WhatsApp keeps to the phone.
 */
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** A shared location. Degrees are WGS 84. */
export interface Place {
  latitude: number | null;
  longitude: number | null;
  name: string | null;
  address: string | null;
  url: string | null;
  accuracy_meters: number | null;
}

/** A contact card. */
export interface ContactCard {
  name: string | null;
  /** Digits with country code if WhatsApp knows the number, otherwise as written on the card. */
  numbers: string[];
  vcard: string | null;
}

/** A poll to send. */
export interface Poll {
  name: string | null;
  options: string[];
  /** How many options a voter may select; 0 for any number. */
  selectable_count: number;
}

/** A reaction to a message; `emoji` is `null` if the reaction was removed. */
export interface Reaction {
  message_id: string | null;
  emoji: string | null;
}

/** The file of a media message as its sender described it, and its location. */
export interface MediaInfo {
  mimetype: string | null;
  /** Bytes. */
  size: number | null;
  file_name: string | null;
  caption: string | null;
  seconds: number | null;
  width: number | null;
  height: number | null;
  /** Of the decrypted file, base64. */
  sha256: string | null;
  /** A small JPEG, base64. */
  thumbnail: string | null;
  /** Below `DOWNLOADS_DIR`, once it is downloaded. */
  path: string | null;
  /** The path of the endpoint that returns the file, and downloads it if necessary. */
  url: string | null;
  download_error: DownloadError | null;
}

/** The content of a message, independent of its sender and conversation. */
export interface MessageContent {
  type: MessageType;
  /** The readable text; `null` if there is none. */
  text: string | null;
  media: MediaInfo | null;
  /** Whether the file can be downloaded: the sender provided its location and key. */
  hasFile: boolean;
  quotedMessageId: string | null;
  /** Phone numbers where known, otherwise LIDs. */
  mentions: string[];
  isForwarded: boolean;
  /** Whether it can be viewed only once. */
  viewOnce: boolean;
  /** The message that this one edits. */
  editedMessageId: string | null;
  /** The message that this one deletes. */
  deletedMessageId: string | null;
  reaction: Reaction | null;
  poll: PollState | null;
  /** A vote in a poll, if it could be decrypted. */
  vote: PollVote | null;
  location: Place | null;
  contacts: ContactCard[];
  /** To how many seconds it sets the chat's disappearing timer, 0 to turn it off; `null` for every other type. */
  seconds: number | null;
  /** The names of the fields that could not be read; unknown ones are `field <number>`. */
  unsupportedKeys: string[];
}

/** The sender of a message. */
export interface Sender extends Person {
  /** The name that the sender chose. */
  pushName: string | null;
}

/** A received message. */
export interface IncomingMessage {
  id: string;
  /** The JID of the conversation. */
  chatId: string;
  isGroup: boolean;
  /** The subject of the group; `null` in other conversations, or if WhatsApp did not provide it in time. */
  groupName: string | null;
  fromMe: boolean;
  sender: Sender;
  /** When it was sent, by WhatsApp's clock (Unix ms). */
  sentAtMs: number;
  /** Whether WhatsApp kept it while the session was offline. */
  offline: boolean;
  content: MessageContent;
  /** What it says of its chat's disappearing timer, if anything. */
  timer?: NotedTimer | undefined;
}

/** The statuses of a sent message, in the order in which they can follow each other; `failed` is final. */
const DELIVERY_STATUSES = ['pending', 'sent', 'delivered', 'read', 'played', 'failed'] as const;

/** The status of a sent message. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** A status change of a sent message. */
export interface DeliveryUpdate {
  messageId: string;
  status: Exclude<DeliveryStatus, 'pending'>;
  errorCode: string | null;
  errorMessage: string | null;
}

/** Whether `next` is an advance over the known status: late and repeated receipts are ignored. */
export function isProgress(known: DeliveryStatus, next: DeliveryStatus): boolean {
  if (known === 'failed') return false;
  if (next === 'failed') return known === 'pending' || known === 'sent';
  return DELIVERY_STATUSES.indexOf(next) > DELIVERY_STATUSES.indexOf(known);
}
