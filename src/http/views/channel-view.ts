import type { z } from 'zod';
import type { Channel, ChannelMessage } from '../../domain/channel.ts';
import { isoTimeOrNull } from '../../kit/clock.ts';
import type { channel, channelMessage } from '../schemas/channel-schemas.ts';

/** A channel as REST shows it. */
export function channelView({
  channelId,
  inviteCode,
  isVerified,
  isMuted,
  createdAtMs,
  ...facts
}: Channel): z.output<typeof channel> {
  const { name, description, subscribers, role } = facts;
  return {
    ...{ channel_id: channelId, name, description, invite_code: inviteCode, subscribers },
    ...{ is_verified: isVerified, role, is_muted: isMuted, created_at: isoTimeOrNull(createdAtMs) },
  };
}

/** A message of a channel as REST shows it. */
export function channelMessageView(message: ChannelMessage): z.output<typeof channelMessage> {
  const { serverId, messageId, type, text, sentAtMs, views, reactions } = message;
  return {
    ...{ server_id: serverId, message_id: messageId, message_type: type, message_content: text },
    ...{ timestamp: isoTimeOrNull(sentAtMs), views, reactions },
  };
}
