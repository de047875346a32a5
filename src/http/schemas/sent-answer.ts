import { z } from 'zod';
import type { ErrorCode } from '../../domain/errors.ts';
import { succeeded } from './common.ts';

/** The answer to a message. */
export const sentAnswer = z.strictObject({
  success: succeeded,
  messageId: z.string(),
  status: z.enum(['sent', 'pending', 'draft']),
  to: z.string().meta({ description: 'The WhatsApp address of the recipient.' }),
  draftId: z.string().optional().meta({ description: 'Of a draft, which a person must approve.' }),
});

/** The meaning of the statuses of that answer. */
export const SENT_STATUSES = {
  200: 'WhatsApp has accepted the message ("sent"), or has not answered yet ("pending").',
  202: 'A person must approve the message before it is sent ("draft"): the key demands it.',
};

/** The errors of everything that sends. */
export const SEND_ERRORS = [
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
