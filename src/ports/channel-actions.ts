import type { Channel, ChannelMessage } from '../domain/channel.ts';

/**
 * The channels of an account. Every method may throw `session_not_connected`, `whatsapp_timeout`, `rate_limited`, `whatsapp_refused`;
 * those about one channel also `channel_not_found` and `not_allowed`.
 */
export interface ChannelActions {
  /** Those that the account follows, or has. */
  list(): Promise<Channel[]>;
  view(channelId: string): Promise<Channel>;
  /** The channel with this code at the end of its link. */
  byInvite(code: string): Promise<Channel>;
  follow(channelId: string): Promise<void>;
  unfollow(channelId: string): Promise<void>;
  mute(channelId: string, isMuted: boolean): Promise<void>;
  /** Reacts to a message with this emoji; `null` takes the reaction back. @throws AppError `message_not_found` */
  react(channelId: string, serverId: number, emoji: string | null): Promise<void>;
  /** Deletes a message of an own channel for everybody. @throws AppError `message_not_found` */
  delete(channelId: string, messageId: string): Promise<void>;
  /** The newest messages, the newest first; with `before`, only those before the one with this server id. */
  messages(channelId: string, page: { limit: number; before: number | undefined }): Promise<ChannelMessage[]>;
}
