import type { Channel } from '../../src/domain/channel.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { ChannelActions } from '../../src/ports/channel-actions.ts';

/** A channel of the account. */
export const CHANNEL: Channel = {
  ...{ channelId: '120363177646727204@newsletter', name: 'Ofertas', description: null, inviteCode: null },
  ...{ subscribers: 12, isVerified: false, role: 'owner', isMuted: false, createdAtMs: null },
};

/** Channels without WhatsApp; changes are noted in `asked`. */
export function channelsInMemory(asked: unknown[]): ChannelActions {
  const known = <Answer>(channelId: string, answer: Answer): Promise<Answer> =>
    channelId === CHANNEL.channelId ? Promise.resolve(answer) : Promise.reject(new AppError('channel_not_found'));
  const noted = (channelId: string, ...what: unknown[]): Promise<undefined> => {
    asked.push(what);
    return known(channelId, undefined);
  };
  return {
    list: () => Promise.resolve([CHANNEL]),
    view: (channelId) => known(channelId, CHANNEL),
    byInvite: () => Promise.resolve(CHANNEL),
    follow: (channelId) => noted(channelId, 'follow'),
    unfollow: (channelId) => noted(channelId, 'unfollow'),
    mute: (channelId, isMuted) => noted(channelId, 'mute', isMuted),
    react: (channelId, serverId, emoji) => noted(channelId, 'react', serverId, emoji),
    delete: (channelId, messageId) => noted(channelId, 'delete', messageId),
    messages: (channelId) => known(channelId, []),
  };
}
