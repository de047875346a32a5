import type { IncomingMessage, MediaInfo, MessageType } from './message.ts';

/** Where statuses go, in place of a chat. */
export const STATUS_JID = 'status@broadcast';

/** What somebody posted as a status (`chatId` is `status@broadcast`) or in a channel (`…@newsletter`). */
export interface Post extends IncomingMessage {
  /** The number that WhatsApp gave a message of a channel. */
  serverId: number | null;
}

/** What all posts tell, named as in the webhook of a message. */
interface PostFields {
  message_id: string;
  message_type: MessageType;
  message_content: string | null;
  media_info: MediaInfo | Record<string, never>;
  /** Whether the account itself posted it, with its phone or another device. */
  from_me: boolean;
  offline: boolean;
}

/** Emitted when somebody posts a status, or deletes one. */
export interface StatusPostFields extends PostFields {
  sender_name: string | null;
  sender_number: string | null;
  sender_lid: string | null;
  /** The status that this one deletes. */
  deleted_message_id: string | null;
}

/** Emitted when a message appears in a channel that the account follows, or has another content. */
export interface ChannelMessageFields extends PostFields {
  /** `…@newsletter`. */
  channel_id: string;
  server_id: number | null;
}
