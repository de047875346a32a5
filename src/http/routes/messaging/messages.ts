import { z } from 'zod';
import { type ErrorCode } from '../../../domain/errors.ts';
import { outgoingText, recipient } from '../../schemas/message-fields.ts';
import { outgoingMessage } from '../../schemas/message-schemas.ts';
import { ok, route } from '../../route.ts';
import { isFetching, openRequested } from './open-message.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';

const sentAnswer = z.strictObject({
  success: succeeded,
  messageId: z.string(),
  status: z.enum(['sent', 'pending']),
  to: z.string().meta({ description: 'The WhatsApp address of the recipient.' }),
});

const EXAMPLE_ANSWER = {
  success: true,
  messageId: '3EB0C767D097B7C7C1A5',
  status: 'sent',
  to: '5491234567890@s.whatsapp.net',
} as const;

const STATUSES = { 200: 'WhatsApp has accepted the message ("sent"), or has not answered yet ("pending").' };

/** The codes of invalid fields of a message. */
export const MESSAGE_REFUSALS = {
  number: 'invalid_number',
  text: 'invalid_message',
  caption: 'invalid_message',
  file: 'invalid_file',
} as const;

const SEND_ERRORS = [
  'session_not_found',
  'invalid_number',
  'invalid_message',
  'session_not_connected',
  'number_not_on_whatsapp',
  'group_not_found',
  'account_restricted',
  'message_refused',
  'rate_limited',
  'message_not_sent',
  'whatsapp_timeout',
] as const satisfies ErrorCode[];

/** `POST /sessions/:sessionId/messages`. */
export const sendAnyMessage = route({
  method: 'post',
  path: '/sessions/:sessionId/messages',
  scope: 'messages:send',
  summary: 'Send a message of any type',
  description:
    'The fields of a message depend on its type. An action on an earlier message (reaction, edit, delete) goes to the ' +
    'conversation of that message. Statuses and idempotency are the same as for send-message.',
  params: sessionParams,
  body: outgoingMessage,
  files: true,
  refusals: { ...SESSION_REFUSALS, ...MESSAGE_REFUSALS },
  answer: sentAnswer,
  statuses: STATUSES,
  example: {
    body: {
      type: 'location',
      number: '5491234567890',
      location: { latitude: -34.6037, longitude: -58.3816, name: 'Obelisco' },
      reply_to: '3EB0B5A7D097B7C7AAAA',
    },
    answer: EXAMPLE_ANSWER,
  },
  errors: [
    ...SEND_ERRORS,
    'message_not_found',
    'message_id_used',
    'message_not_suitable',
    'message_type_not_shown',
    'unsupported_media',
    'conversion_unavailable',
    'media_not_uploaded',
  ],
  idempotent: true,
  async handler({ sessions }, { params, body, files, requestId, messageId }) {
    // Nothing is fetched for a session that cannot send it.
    if (isFetching(body)) await sessions.connection(params.sessionId);
    const message = await openRequested(body, files);
    return ok(await sessions.send(params.sessionId, { ...message, messageId }, requestId));
  },
});

/** `POST /sessions/:sessionId/send-message`. */
export const sendMessage = route({
  method: 'post',
  path: '/sessions/:sessionId/send-message',
  scope: 'messages:send',
  summary: 'Send a text message',
  description:
    'Responds once WhatsApp has accepted the message ("sent"), or with "pending" if it has not answered within 10 seconds. ' +
    'With an Idempotency-Key, a repeated request returns the first answer and the message is sent only once.',
  params: sessionParams,
  body: z.object({ number: recipient, message: outgoingText }),
  refusals: { ...SESSION_REFUSALS, number: 'invalid_number', message: 'invalid_message' },
  answer: sentAnswer,
  statuses: STATUSES,
  example: { body: { number: '5491234567890', message: 'Hola desde WhatsApp!' }, answer: EXAMPLE_ANSWER },
  errors: SEND_ERRORS,
  idempotent: true,
  async handler({ sessions }, { params, body: { number: to, message: text }, requestId, messageId }) {
    const message = { to, content: { type: 'text' as const, text }, replyTo: null, mentions: [], messageId };
    return ok(await sessions.send(params.sessionId, message, requestId));
  },
});
