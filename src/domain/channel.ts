/** What an account is in a channel; a `guest` does not follow it. */
export type ChannelRole = 'owner' | 'admin' | 'subscriber' | 'guest';

/** A channel ("newsletter"), as WhatsApp describes it. */
export interface Channel {
  /** `…@newsletter`. */
  channelId: string;
  name: string;
  description: string | null;
  /** The code at the end of its link (`https://whatsapp.com/channel/…`). */
  inviteCode: string | null;
  subscribers: number | null;
  isVerified: boolean;
  /** `null` when WhatsApp did not say it. */
  role: ChannelRole | null;
  isMuted: boolean | null;
  createdAtMs: number | null;
}

/** A message of a channel, as it is kept by WhatsApp. */
export interface ChannelMessage {
  serverId: number;
  messageId: string | null;
  type: string;
  text: string | null;
  sentAtMs: number | null;
  views: number | null;
  reactions: { emoji: string; count: number }[];
}

const CHANNEL = /^(\d{5,25})(?:@newsletter)?$/;

/** Parses the id of a channel, with or without `@newsletter`. */
export function parseChannelId(text: string): string | undefined {
  const [, id] = CHANNEL.exec(text.trim()) ?? [];
  return id === undefined ? undefined : `${id}@newsletter`;
}

/** Whether a JID is a channel's. */
export function isChannel(jid: string): boolean {
  return jid.endsWith('@newsletter');
}

const INVITE = /^(?:(?:https?:\/\/)?(?:www\.)?whatsapp\.com\/channel\/)?([\w-]{8,64})$/;

/** Parses the code of a channel, or its whole link. */
export function parseChannelInvite(text: string): string | undefined {
  return INVITE.exec(text.trim())?.[1];
}
