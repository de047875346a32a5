import { z } from 'zod';
import { parsePhoneNumber, parseRecipient } from '../../domain/address.ts';
import { parsedText } from '../typed.ts';
import { sessionParams } from './common.ts';

/** A phone number as people write it. */
export const phoneNumber = parsedText(parsePhoneNumber, 'is not a phone number with country code').meta({
  description: 'Digits with country code, formatted or not.',
  example: '5491234567890',
});

const contactId = parsedText(parseRecipient, 'is not a phone number with country code, nor a WhatsApp address').meta({
  description: 'Digits with country code, or the WhatsApp address of a person or a group.',
  example: '5491234567890',
});

/** The path parameters of everything about one contact. */
export const contactParams = z.object({ ...sessionParams.shape, contactId });

/** The errors of every request that needs the session's connection. */
export const CONNECTION_ERRORS = [
  'session_not_found',
  'session_not_connected',
  'not_allowed',
  'whatsapp_refused',
  'rate_limited',
  'whatsapp_timeout',
] as const;
