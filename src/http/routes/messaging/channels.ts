import { z } from 'zod';
import { ok, route } from '../../route.ts';
import {
  channel,
  CHANNEL_REFUSALS,
  channelInviteParams,
  channelMessage,
  channelParams,
  EXAMPLE_CHANNEL,
} from '../../schemas/channel-schemas.ts';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { channelMessageView, channelView } from '../../views/channel-view.ts';

const REFUSALS = { ...SESSION_REFUSALS, channelId: CHANNEL_REFUSALS.channelId } as const;
const ERRORS = [...CONNECTION_ERRORS, 'channel_not_found'] as const;
const one = z.strictObject({ success: succeeded, data: channel });
const done = z.strictObject({ success: succeeded });
const EXAMPLE_DONE = { answer: { success: true } } as const;
const EXAMPLE_ONE = { answer: { success: true, data: EXAMPLE_CHANNEL } } as const;

/** `GET /sessions/:sessionId/channels`. */
export const listChannels = route({
  method: 'get',
  path: '/sessions/:sessionId/channels',
  scope: 'sessions:read',
  summary: 'List the channels of an account',
  description: 'Those that the account follows, or has.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(channel) }),
  statuses: { 200: 'The channels.' },
  example: { answer: { success: true, data: [EXAMPLE_CHANNEL] } },
  errors: CONNECTION_ERRORS,
  handler: async ({ sessions }, { params: { sessionId } }) =>
    ok({ data: (await (await sessions.connection(sessionId)).channels.list()).map(channelView) }),
});

/** `GET /sessions/:sessionId/channels/:channelId`. */
export const viewChannel = route({
  method: 'get',
  path: '/sessions/:sessionId/channels/:channelId',
  scope: 'sessions:read',
  summary: 'Look at a channel',
  description: 'Any channel, whether the account follows it or not.',
  params: channelParams,
  refusals: REFUSALS,
  answer: one,
  statuses: { 200: 'The channel.' },
  example: EXAMPLE_ONE,
  errors: ERRORS,
  handler: async ({ sessions }, { params: { sessionId, channelId } }) =>
    ok({ data: channelView(await (await sessions.connection(sessionId)).channels.view(channelId)) }),
});

/** `GET /sessions/:sessionId/channel-invites/:code`. */
export const viewChannelInvite = route({
  method: 'get',
  path: '/sessions/:sessionId/channel-invites/:code',
  scope: 'sessions:read',
  summary: 'Look at a channel by its link',
  description: 'Tells the id of a channel of which only the link is known.',
  params: channelInviteParams,
  refusals: { ...SESSION_REFUSALS, code: CHANNEL_REFUSALS.code },
  answer: one,
  statuses: { 200: 'The channel.' },
  example: EXAMPLE_ONE,
  errors: ERRORS,
  handler: async ({ sessions }, { params: { sessionId, code } }) =>
    ok({ data: channelView(await (await sessions.connection(sessionId)).channels.byInvite(code)) }),
});

/** `POST /sessions/:sessionId/channels/:channelId/follow`. */
export const followChannel = route({
  method: 'post',
  path: '/sessions/:sessionId/channels/:channelId/follow',
  scope: 'messages:send',
  summary: 'Follow a channel',
  description: 'Its messages go to webhooks that name `channel-message`. Needs no body.',
  params: channelParams,
  refusals: REFUSALS,
  answer: done,
  statuses: { 200: 'The account follows it.' },
  example: EXAMPLE_DONE,
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, channelId } }) {
    await (await sessions.connection(sessionId)).channels.follow(channelId);
    return ok({});
  },
});

/** `POST /sessions/:sessionId/channels/:channelId/unfollow`. */
export const unfollowChannel = route({
  method: 'post',
  path: '/sessions/:sessionId/channels/:channelId/unfollow',
  scope: 'messages:send',
  summary: 'Unfollow a channel',
  description: 'Needs no body.',
  params: channelParams,
  refusals: REFUSALS,
  answer: done,
  statuses: { 200: 'The account no longer follows it.' },
  example: EXAMPLE_DONE,
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, channelId } }) {
    await (await sessions.connection(sessionId)).channels.unfollow(channelId);
    return ok({});
  },
});

/** `POST /sessions/:sessionId/channels/:channelId/mute`. */
export const muteChannel = route({
  method: 'post',
  path: '/sessions/:sessionId/channels/:channelId/mute',
  scope: 'messages:send',
  summary: 'Mute a channel, or no longer',
  description: 'On the phone: what webhooks are told does not change.',
  params: channelParams,
  body: z.object({ muted: z.boolean('must be true or false') }),
  refusals: REFUSALS,
  answer: done,
  statuses: { 200: 'WhatsApp has the change.' },
  example: { body: { muted: true }, ...EXAMPLE_DONE },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, channelId }, body: { muted } }) {
    await (await sessions.connection(sessionId)).channels.mute(channelId, muted);
    return ok({});
  },
});

const NUMBER = 'must be a whole number from 1 to 100';

/** `GET /sessions/:sessionId/channels/:channelId/messages`. */
export const channelMessages = route({
  method: 'get',
  path: '/sessions/:sessionId/channels/:channelId/messages',
  scope: 'sessions:read',
  summary: 'Read the messages of a channel',
  description:
    'The newest first, as WhatsApp keeps them. "before" is the `server_id` of the last one of the page before.',
  params: channelParams,
  query: z.object({
    limit: z.coerce.number(NUMBER).int(NUMBER).min(1, NUMBER).max(100, NUMBER).default(50),
    before: z.coerce
      .number('must be a server_id')
      .int('must be a server_id')
      .positive('must be a server_id')
      .optional(),
  }),
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(channelMessage) }),
  statuses: { 200: 'The messages.' },
  example: {
    answer: {
      success: true,
      data: [
        {
          ...{ server_id: 101, message_id: '3EB0C767D097B7C7C1A5', message_type: 'text', message_content: 'Hoy 2x1' },
          ...{ timestamp: '2024-01-15T10:30:00.000Z', views: 7638, reactions: [{ emoji: '👍', count: 12 }] },
        },
      ],
    },
  },
  errors: [...ERRORS, 'invalid_query'],
  async handler({ sessions }, { params: { sessionId, channelId }, query: { limit, before } }) {
    const { channels } = await sessions.connection(sessionId);
    return ok({ data: (await channels.messages(channelId, { limit, before })).map(channelMessageView) });
  },
});
