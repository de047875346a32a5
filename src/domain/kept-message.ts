import type { ContactCard, DeliveryStatus, MediaInfo, Place, Reaction } from './message.ts';

/** Stands for the account itself where the author of a message is named. */
export const OURSELVES = '';

/** A message as the history keeps it. */
export interface KeptMessage {
  messageId: string;
  /** The conversation: `…@g.us`, or the person's `…@s.whatsapp.net`, or `…@lid` while their number is unknown. */
  chatId: string;
  /** Who wrote it: the number, or `…@lid` while that is unknown; {@link OURSELVES} for the account. */
  author: string;
  /** When it was sent (Unix ms); never in the future. */
  sentAtMs: number;
  /** How far a message that was sent here has come; `null` for every other one. */
  status: DeliveryStatus | null;
  content: KeptContent;
}

/** What is in a kept message, and what was known of its author. */
export interface KeptContent {
  /** As in webhooks for received messages, as in `POST …/messages` for those sent here. */
  type: string;
  /** The readable text; `null` if there is none. */
  text: string | null;
  /** The name that the author had then; `null` if unknown, and for the account itself. */
  authorName: string | null;
  /** The author's LID; `null` if unknown. */
  authorLid: string | null;
  /** The subject of the group; `null` in other conversations, or if unknown. */
  groupName: string | null;
  media: KeptMedia | null;
  quotedMessageId: string | null;
  editedMessageId: string | null;
  deletedMessageId: string | null;
  reaction: Reaction | null;
  location: Place | null;
  contacts: Omit<ContactCard, 'vcard'>[];
  poll: { name: string | null; options: string[] } | null;
}

/** What is kept of a file: what it is, not what is in it. */
export type KeptMedia = Pick<MediaInfo, 'mimetype' | 'size' | 'file_name' | 'seconds'>;

/** Where a message is in a list: the newest come first, and of those sent at once, the one that was kept last. */
export interface HistoryPlace {
  atMs: number;
  id: number;
}

/** A message of the history, and its number there. */
export interface HistoryMessage extends KeptMessage {
  id: number;
}
