import { z } from 'zod';
import type { ErrorCode } from '../../../domain/errors.ts';
import { outgoingText, recipient } from '../../schemas/message-fields.ts';
import { MESSAGE_EXAMPLES } from '../../schemas/message-examples.ts';
import { outgoingMessage } from '../../schemas/message-schemas.ts';
import { route } from '../../route.ts';
import { SEND_ERRORS, SENT_STATUSES, sentAnswer } from '../../schemas/sent-answer.ts';
import { sendOrDraft } from '../../send-requested.ts';
import { SESSION_REFUSALS, sessionParams } from '../../schemas/common.ts';

const EXAMPLE_ANSWER = {
  success: true,
  messageId: '3EB0C767D097B7C7C1A5',
  status: 'sent',
  to: '5491234567890@s.whatsapp.net',
} as const;

/** The codes of invalid fields of a message. */
export const MESSAGE_REFUSALS = {
  number: 'invalid_number',
  text: 'invalid_message',
  caption: 'invalid_message',
  file: 'invalid_file',
} as const;

const ERRORS = [...SEND_ERRORS, 'recipient_not_allowed', 'too_many_drafts'] as const satisfies ErrorCode[];

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
  recipientOf: ({ to }) => to,
  files: true,
  refusals: { ...SESSION_REFUSALS, ...MESSAGE_REFUSALS },
  answer: sentAnswer,
  statuses: SENT_STATUSES,
  example: { body: MESSAGE_EXAMPLES.text, bodies: MESSAGE_EXAMPLES, answer: EXAMPLE_ANSWER },
  errors: [
    ...ERRORS,
    'message_not_found',
    'message_id_used',
    'message_not_suitable',
    'message_type_not_shown',
    'unsupported_media',
    'conversion_unavailable',
    'media_not_uploaded',
  ],
  idempotent: true,
  handler: (core, { params: { sessionId }, body, requested, files, caller, requestId, messageId }) =>
    sendOrDraft(core, caller, { sessionId, requested, message: { ...body, messageId }, files, requestId }),
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
  recipientOf: ({ number }) => number,
  refusals: { ...SESSION_REFUSALS, number: 'invalid_number', message: 'invalid_message' },
  answer: sentAnswer,
  statuses: SENT_STATUSES,
  example: { body: { number: '5491234567890', message: 'Hola desde WhatsApp!' }, answer: EXAMPLE_ANSWER },
  errors: ERRORS,
  idempotent: true,
  handler: (
    core,
    { params: { sessionId }, body: { number: to, message: text }, requested, files, caller, requestId, messageId },
  ) => {
    const content = { type: 'text' as const, text, preview: false };
    const message = { to, content, replyTo: null, mentions: [], messageId };
    const { number } = (requested ?? {}) as { number?: unknown };
    return sendOrDraft(core, caller, {
      sessionId,
      requested: { type: 'text', number, text },
      message,
      files,
      requestId,
    });
  },
});
