import { z } from 'zod';
import { contactParams, CONNECTION_ERRORS, phoneNumber } from '../../schemas/chat-schemas.ts';
import { ok, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { contactView } from '../../views/contact-view.ts';

/** `GET /sessions/:sessionId/contacts/check`. */
export const checkContact = route({
  method: 'get',
  path: '/sessions/:sessionId/contacts/check',
  scope: 'messages:send',
  summary: 'Check whether a number is on WhatsApp',
  description:
    'Checks all variants under which WhatsApp may know the number (Argentina, Mexico, Brazil) in one query. A positive result ' +
    'is cached for 30 days, a negative one for an hour. Frequent checks can get an account banned, so a session looks up at ' +
    'most 20 unknown numbers per minute.',
  params: sessionParams,
  query: z.object({ number: phoneNumber }),
  refusals: { ...SESSION_REFUSALS, number: 'invalid_number' },
  answer: z.strictObject({
    success: succeeded,
    exists: z.boolean(),
    number: z
      .string()
      .nullable()
      .meta({ description: 'As WhatsApp knows it, which may differ from the requested number.' }),
    jid: z.string().nullable(),
    lid: z.string().nullable(),
  }),
  statuses: { 200: 'The account; all fields are null if there is none.' },
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
  errors: [...CONNECTION_ERRORS, 'invalid_number'],
  async handler({ sessions }, { params: { sessionId }, query: { number } }) {
    const { contacts } = await sessions.connection(sessionId);
    return ok(contactView(await contacts.check(number)));
  },
});

/** `GET /sessions/:sessionId/contacts/:contactId/picture`. */
export const contactPicture = route({
  method: 'get',
  path: '/sessions/:sessionId/contacts/:contactId/picture',
  scope: 'sessions:read',
  summary: 'Get the profile picture of a person or a group',
  description: 'Returns the URL of the picture at WhatsApp. It expires after a while: fetch the picture soon.',
  params: contactParams,
  refusals: { ...SESSION_REFUSALS, contactId: 'invalid_number' },
  answer: z.strictObject({ success: succeeded, url: z.string() }),
  statuses: { 200: 'The URL of the picture.' },
  example: { answer: { success: true, url: 'https://pps.whatsapp.net/v/t61.24694-24/picture.jpg' } },
  errors: [...CONNECTION_ERRORS, 'invalid_number', 'number_not_on_whatsapp', 'picture_not_found'],
  async handler({ sessions }, { params: { sessionId, contactId } }) {
    const { contacts } = await sessions.connection(sessionId);
    return ok({ url: await contacts.picture(contactId) });
  },
});
