import { z } from 'zod';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
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
    "Sends read receipts to the senders, in private chats and groups, if the account's privacy settings allow it. Messages are " +
    'known for two weeks. Those that the account itself sent count as unknown.',
  params: sessionParams,
  body: z.object({
    messageIds: z
      .array(messageId, { error: 'must be a list of message ids' })
      .min(1, 'must have at least one id')
      .max(MAX_READ, `must have at most ${MAX_READ} ids`),
  }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, read: z.array(z.string()), unknown: z.array(z.string()) }),
  statuses: { 200: 'The ids that were marked, and those that are not known.' },
  example: {
    body: { messageIds: ['3EB0C767D097B7C7C1A5', '3EB0C767D097B7C7C1A6'] },
    answer: { success: true, read: ['3EB0C767D097B7C7C1A5'], unknown: ['3EB0C767D097B7C7C1A6'] },
  },
  errors: [...CONNECTION_ERRORS, 'message_not_found'],
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
  summary: 'Set presence or show typing',
  description:
    'While the account is online here, WhatsApp mutes notifications on its phone. It is therefore only online while it is ' +
    'typing (for 25 seconds, or until "paused"), or after "available", which lasts until "unavailable" or until the session ' +
    'reconnects.',
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
  statuses: { 200: 'WhatsApp was notified.' },
  example: { body: { to: '5491122334455', state: 'composing' }, answer: { success: true } },
  errors: [...CONNECTION_ERRORS, 'invalid_number', 'number_not_on_whatsapp'],
  async handler({ sessions }, { params: { sessionId }, body }) {
    const { chats } = await sessions.connection(sessionId);
    await ('to' in body ? chats.type(body.to, body.state) : chats.show(body.state));
    return ok({});
  },
});
