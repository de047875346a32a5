import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { ChannelActions } from '../../../ports/channel-actions.ts';
import type { SessionsApi } from '../../core.ts';
import { ok, route } from '../../route.ts';
import { CHANNEL_REFUSALS, channelParams, channelPost } from '../../schemas/channel-schemas.ts';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
import { numberInPath, SESSION_REFUSALS, succeeded } from '../../schemas/common.ts';
import { emoji, messageId } from '../../schemas/message-fields.ts';

const REFUSALS = { ...SESSION_REFUSALS, channelId: CHANNEL_REFUSALS.channelId } as const;
const ERRORS = [...CONNECTION_ERRORS, 'channel_not_found'] as const;
const done = { answer: z.strictObject({ success: succeeded }), statuses: { 200: 'WhatsApp has the change.' } };
const DONE = { success: true } as const;

/** `POST /sessions/:sessionId/channels/:channelId/messages`. */
export const sendToChannel = route({
  method: 'post',
  path: '/sessions/:sessionId/channels/:channelId/messages',
  scope: 'messages:send',
  summary: 'Write in a channel of the account',
  description:
    'Sends a text or a file to all who follow a channel that the account owns or administers; without a type it is a text. Files in ' +
    'channels are not encrypted. Answers and idempotency are the same as for a message.',
  params: channelParams,
  body: channelPost,
  files: true,
  refusals: { ...REFUSALS, text: 'invalid_message', caption: 'invalid_message', file: 'invalid_file' },
  answer: z.strictObject({ success: succeeded, messageId: z.string(), status: z.enum(['sent', 'pending']) }),
  statuses: { 200: 'WhatsApp has accepted it ("sent"), or has not answered yet ("pending").' },
  example: {
    body: { text: 'Hoy 2x1' },
    answer: { success: true, messageId: '3EB0C767D097B7C7C1A5', status: 'sent' },
  },
  errors: [
    ...ERRORS,
    'invalid_message',
    'message_refused',
    'message_not_sent',
    'unsupported_media',
    'media_not_uploaded',
  ],
  idempotent: true,
  async handler({ sessions }, { params: { sessionId, channelId }, body, files, requestId, messageId: given }) {
    await ownChannel(sessions, sessionId, channelId);
    const content = 'file' in body ? { ...body, file: await files.open(body.file) } : body;
    const to = { kind: 'jid', jid: channelId } as const;
    const message = { to, content, replyTo: null, mentions: [], messageId: given };
    const sent = await sessions.send(sessionId, message, requestId);
    return ok({ messageId: sent.messageId, status: sent.status });
  },
});

/** `DELETE /sessions/:sessionId/channels/:channelId/messages/:messageId`. */
export const deleteFromChannel = route({
  method: 'delete',
  path: '/sessions/:sessionId/channels/:channelId/messages/:messageId',
  scope: 'messages:send',
  summary: 'Delete a message in a channel of the account',
  description: 'For everybody, by its `message_id`.',
  params: z.object({ ...channelParams.shape, messageId }),
  refusals: { ...REFUSALS, messageId: 'message_not_found' },
  ...done,
  example: { answer: DONE },
  errors: [...ERRORS, 'message_not_found'],
  async handler({ sessions }, { params: { sessionId, channelId, messageId: posted } }) {
    await (await ownChannel(sessions, sessionId, channelId)).delete(channelId, posted);
    return ok({});
  },
});

/** `POST /sessions/:sessionId/channels/:channelId/messages/:serverId/reaction`. */
export const reactInChannel = route({
  method: 'post',
  path: '/sessions/:sessionId/channels/:channelId/messages/:serverId/reaction',
  scope: 'messages:send',
  summary: 'React to a message of a channel',
  description: 'By its `server_id`. null takes the reaction back.',
  params: z.object({ ...channelParams.shape, serverId: numberInPath('The `server_id` of the message.', 101) }),
  body: z.object({ emoji }),
  refusals: { ...REFUSALS, serverId: 'message_not_found' },
  ...done,
  example: { body: { emoji: '👍' }, answer: DONE },
  errors: [...ERRORS, 'message_not_found'],
  async handler({ sessions }, { params: { sessionId, channelId, serverId }, body }) {
    const { channels } = await sessions.connection(sessionId);
    await channels.react(channelId, serverId, body.emoji);
    return ok({});
  },
});

/** @throws AppError `not_allowed` for a channel in which the account may not write */
async function ownChannel(
  sessions: Pick<SessionsApi, 'connection'>,
  sessionId: SessionId,
  channelId: string,
): Promise<ChannelActions> {
  const { channels } = await sessions.connection(sessionId);
  const { role } = await channels.view(channelId);
  if (role !== 'owner' && role !== 'admin') throw new AppError('not_allowed', { message: NOT_OWN });
  return channels;
}

const NOT_OWN = 'Only who owns or administers a channel writes in it.';
