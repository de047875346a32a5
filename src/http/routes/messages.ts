import { z } from 'zod';
import { parseRecipient } from '../../domain/address.ts';
import { ok, route } from '../route.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../schemas.ts';

/** The longest text that WhatsApp takes, counted as JavaScript does, in UTF-16 units (contract 1.2). */
const MAX_MESSAGE_LENGTH = 65_536;

// Some backends keep numbers as numbers; a number with a sign or a fraction is a mistake of theirs.
const digits = z.int().positive().transform(String);

const recipient = z
  .union([z.string(), digits])
  .transform((text, context) => {
    const to = parseRecipient(text);
    if (to !== undefined) return to;
    context.addIssue('is not a phone number with country code');
    return z.NEVER;
  })
  .meta({
    description: 'Digits with country code, decorated or not, or a WhatsApp address.',
    example: '5491234567890',
  });

// Half an emoji, left by a caller who cut the text, has no form in UTF-8: it goes out as U+FFFD.
const text = z
  .string()
  .max(MAX_MESSAGE_LENGTH)
  .refine((message) => message.trim() !== '')
  .transform((message) => message.toWellFormed())
  .meta({ description: 'The text, up to 65,536 characters.', example: 'Hola desde WhatsApp!' });

/** `POST /sessions/:sessionId/send-message`. */
export const sendMessage = route({
  method: 'post',
  path: '/sessions/:sessionId/send-message',
  summary: 'Send a text',
  description:
    'Answers after WhatsApp took the message ("sent"), or with "pending" when it said nothing within 10 seconds. With ' +
    'an Idempotency-Key a repeated request gives the first answer, and the message is sent once.',
  params: sessionParams,
  body: z.object({ number: recipient, message: text }),
  refusals: { ...SESSION_REFUSALS, number: 'invalid_number', message: 'invalid_message' },
  answer: z.strictObject({
    success: succeeded,
    messageId: z.string(),
    status: z.enum(['sent', 'pending']),
    to: z.string().meta({ description: 'The WhatsApp address that it went to.' }),
  }),
  statuses: { 200: 'WhatsApp has the message, or will have it.' },
  example: {
    body: { number: '5491234567890', message: 'Hola desde WhatsApp!' },
    answer: { success: true, messageId: '3EB0C767D097B7C7C1A5', status: 'sent', to: '5491234567890@s.whatsapp.net' },
  },
  errors: [
    'session_not_found',
    'invalid_number',
    'invalid_message',
    'session_not_connected',
    'number_not_on_whatsapp',
    'account_restricted',
    'message_refused',
    'rate_limited',
    'whatsapp_timeout',
  ],
  idempotent: true,
  handler: async ({ sessions }, { params, body }) =>
    ok(await sessions.sendText(params.sessionId, body.number, body.message)),
});
