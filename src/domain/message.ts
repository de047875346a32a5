import { type DownloadError } from './download-failure.ts';
import { type Person } from './person.ts';
import { type PollState, type PollVote } from './poll.ts';

/** Every kind of message that a callback can tell of (contract 2.1). */
export const MESSAGE_TYPES = [
  ...(['text', 'image', 'video', 'audio', 'voice', 'document', 'sticker'] as const),
  ...(['location', 'live_location', 'contact', 'poll', 'poll_vote', 'reaction', 'edit', 'delete'] as const),
  ...(['buttons_reply', 'list_reply', 'group_invite', 'event', 'order', 'product', 'call'] as const),
  ...(['unsupported', 'undecryptable'] as const),
] as const;

/**
 * What kind of message a callback tells of. Kinds that are not read yet come as `unsupported`. An `undecryptable` one was
 * asked for again; when it comes, the same message is told once more with what it says.
 */
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** A place, as its sender shares it. Degrees are those of WGS 84. */
export interface Place {
  latitude: number | null;
  longitude: number | null;
  name: string | null;
  address: string | null;
  url: string | null;
  accuracy_meters: number | null;
}

/** Somebody's card. */
export interface ContactCard {
  name: string | null;
  /** Digits with country code where WhatsApp knows the number, else as the card has them. */
  numbers: string[];
  vcard: string | null;
}

/** A question with its answers to choose from, as it is sent. */
export interface Poll {
  name: string | null;
  options: string[];
  /** How many one may choose; 0 is any number of them. */
  selectable_count: number;
}

/** What somebody thinks of a message; `emoji` is `null` when it was taken back. */
export interface Reaction {
  message_id: string | null;
  emoji: string | null;
}

/** The file of a media message as its sender described it, and where it is. */
export interface MediaInfo {
  mimetype: string | null;
  /** Bytes. */
  size: number | null;
  file_name: string | null;
  caption: string | null;
  seconds: number | null;
  width: number | null;
  height: number | null;
  /** Of the plain file, base64. */
  sha256: string | null;
  /** A small JPEG, base64. */
  thumbnail: string | null;
  /** Below `DOWNLOADS_DIR`, once it was downloaded. */
  path: string | null;
  /** The path of our own endpoint that gives the file, and fetches it where need be. */
  url: string | null;
  download_error: DownloadError | null;
}

/** What was said, whoever said it and wherever. */
export interface MessageContent {
  type: MessageType;
  /** What a person would read; `null` where there is nothing to read. */
  text: string | null;
  media: MediaInfo | null;
  /** Whether the file can be fetched: its sender said where it is, and gave the key. */
  hasFile: boolean;
  quotedMessageId: string | null;
  /** Phone numbers where they are known, else LIDs. */
  mentions: string[];
  isForwarded: boolean;
  /** The message whose text this one replaces. */
  editedMessageId: string | null;
  /** The message that this one takes back. */
  deletedMessageId: string | null;
  reaction: Reaction | null;
  poll: PollState | null;
  /** What a vote in a poll says, where it can be read. */
  vote: PollVote | null;
  location: Place | null;
  contacts: ContactCard[];
  /** The names of the fields of what could not be read; an unknown one is `field <number>`. */
  unsupportedKeys: string[];
}

/** Who sent a message. */
export interface Sender extends Person {
  /** The name that the sender chose. */
  pushName: string | null;
}

/** A message that arrived, read into our own words. */
export interface IncomingMessage {
  id: string;
  /** The JID of the conversation. */
  chatId: string;
  isGroup: boolean;
  /** What the group is called; `null` when this is none, or WhatsApp did not say in time. */
  groupName: string | null;
  fromMe: boolean;
  sender: Sender;
  /** When the sender sent it, by WhatsApp's clock (Unix ms). */
  sentAtMs: number;
  /** Whether it waited at WhatsApp while we were away. */
  offline: boolean;
  content: MessageContent;
}

/** What became of a message that we sent, in the order in which it may go on; `failed` ends it. */
const DELIVERY_STATUSES = ['pending', 'sent', 'delivered', 'read', 'played', 'failed'] as const;

/** What became of a message that we sent. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** News of a message that we sent. */
export interface DeliveryUpdate {
  messageId: string;
  status: Exclude<DeliveryStatus, 'pending'>;
  errorCode: string | null;
  errorMessage: string | null;
}

/** Whether news of `next` says more than what is known; a late or repeated receipt never goes back. */
export function isProgress(known: DeliveryStatus, next: DeliveryStatus): boolean {
  if (known === 'failed') return false;
  if (next === 'failed') return known === 'pending' || known === 'sent';
  return DELIVERY_STATUSES.indexOf(next) > DELIVERY_STATUSES.indexOf(known);
}
