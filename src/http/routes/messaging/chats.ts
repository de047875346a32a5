import { z } from 'zod';
import { LINE_ERRORS } from '../../schemas/chat-schemas.ts';
import { messageId, recipient } from '../../schemas/message-fields.ts';
import { ok, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';

const MAX_READ = 500;

/** `POST /sessions/:sessionId/read`. */
export const markRead = route({
  method: 'post',
  path: '/sessions/:sessionId/read',
  scope: 'messages:send',
  summary: 'Mark messages as read',
  description:
    'Their senders are told, in conversations and groups, where the privacy of the account lets them know. Messages are ' +
    'known for two weeks. Those that the account sent itself count as unknown.',
  params: sessionParams,
  body: z.object({
    messageIds: z
      .array(messageId, { error: 'must be a list of ids of messages' })
      .min(1, 'must have at least one id')
      .max(MAX_READ, `must have at most ${MAX_READ} ids`),
  }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, read: z.array(z.string()), unknown: z.array(z.string()) }),
  statuses: { 200: 'Which were marked, and which are not known.' },
  example: {
    body: { messageIds: ['3EB0C767D097B7C7C1A5', '3EB0C767D097B7C7C1A6'] },
    answer: { success: true, read: ['3EB0C767D097B7C7C1A5'], unknown: ['3EB0C767D097B7C7C1A6'] },
  },
  errors: [...LINE_ERRORS, 'message_not_found'],
  async handler({ sessions }, { params: { sessionId }, body: { messageIds } }) {
    const { chats } = await sessions.connection(sessionId);
    return ok(await chats.markRead([...new Set(messageIds)]));
  },
});

const STATES = 'must be one of available, unavailable, composing, recording, paused';

/** `POST /sessions/:sessionId/presence`. */
export const showPresence = route({
  method: 'post',
  path: '/sessions/:sessionId/presence',
  scope: 'messages:send',
  summary: 'Show the account as online, or as typing',
  description:
    'As long as the account is online here, WhatsApp keeps its phone silent. So it is online only while it is typing ' +
    '(25 seconds, or until "paused") or since "available" was asked for, which holds until "unavailable" or until the ' +
    'line is opened anew.',
  params: sessionParams,
  body: z.discriminatedUnion(
    'state',
    [
      z.object({ state: z.enum(['available', 'unavailable']) }),
      z.object({ state: z.enum(['composing', 'recording', 'paused']), to: recipient }),
    ],
    { error: STATES },
  ),
  refusals: { ...SESSION_REFUSALS, to: 'invalid_number' },
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'WhatsApp was told.' },
  example: { body: { to: '5491122334455', state: 'composing' }, answer: { success: true } },
  errors: [...LINE_ERRORS, 'invalid_number', 'number_not_on_whatsapp'],
  async handler({ sessions }, { params: { sessionId }, body }) {
    const { chats } = await sessions.connection(sessionId);
    await ('to' in body ? chats.type(body.to, body.state) : chats.show(body.state));
    return ok({});
  },
});
