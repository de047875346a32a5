import { z } from 'zod';
import { contactParams, LINE_ERRORS, phoneNumber } from '../../schemas/chat-schemas.ts';
import { ok, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';

/** `GET /sessions/:sessionId/contacts/check`. */
export const checkContact = route({
  method: 'get',
  path: '/sessions/:sessionId/contacts/check',
  scope: 'messages:send',
  summary: 'Whether a number has a WhatsApp account',
  description:
    'Asks for all forms under which WhatsApp may know the number (Argentina, Mexico, Brazil) in one question. That an ' +
    'account exists is kept for 30 days, that none does for an hour. Asking often is a reason for bans: a session asks ' +
    'for 20 unknown numbers a minute at most.',
  params: sessionParams,
  query: z.object({ number: phoneNumber }),
  refusals: { ...SESSION_REFUSALS, number: 'invalid_number' },
  answer: z.strictObject({
    success: succeeded,
    exists: z.boolean(),
    number: z.string().nullable().meta({ description: 'As WhatsApp has it, which may differ from what was asked.' }),
    jid: z.string().nullable(),
    lid: z.string().nullable(),
  }),
  statuses: { 200: 'What WhatsApp knows; all is null when there is no account.' },
  example: {
    query: { number: '541122334455' },
    answer: {
      success: true,
      exists: true,
      number: '5491122334455',
      jid: '5491122334455@s.whatsapp.net',
      lid: '123456789012345@lid',
    },
  },
  errors: [...LINE_ERRORS, 'invalid_number'],
  async handler({ sessions }, { params: { sessionId }, query: { number } }) {
    const { contacts } = await sessions.connection(sessionId);
    return ok({ number: null, jid: null, lid: null, ...(await contacts.check(number)) });
  },
});

/** `GET /sessions/:sessionId/contacts/:contactId/picture`. */
export const contactPicture = route({
  method: 'get',
  path: '/sessions/:sessionId/contacts/:contactId/picture',
  scope: 'sessions:read',
  summary: 'The profile picture of a person or a group',
  description: 'Where the picture is at WhatsApp. The address holds for a while: fetch it soon, and ask again later.',
  params: contactParams,
  refusals: { ...SESSION_REFUSALS, contactId: 'invalid_number' },
  answer: z.strictObject({ success: succeeded, url: z.string() }),
  statuses: { 200: 'Where the picture is.' },
  example: { answer: { success: true, url: 'https://pps.whatsapp.net/v/t61.24694-24/picture.jpg' } },
  errors: [...LINE_ERRORS, 'invalid_number', 'number_not_on_whatsapp', 'picture_not_found'],
  async handler({ sessions }, { params: { sessionId, contactId } }) {
    const { contacts } = await sessions.connection(sessionId);
    return ok({ url: await contacts.picture(contactId) });
  },
});
