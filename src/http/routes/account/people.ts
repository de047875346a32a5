import { z } from 'zod';
import {
  about,
  ANA,
  APP_STATE_ERRORS,
  businessProfile,
  contactEntry,
  namedPerson,
  person,
  personField,
  personParams,
} from '../../schemas/account-schemas.ts';
import { CONNECTION_ERRORS, phoneNumber } from '../../schemas/chat-schemas.ts';
import { pageQuery, SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { ok, route } from '../../route.ts';
import { aboutView, businessView, namedPersonView, numberAnswerView } from '../../views/account-view.ts';
import { listOf } from '../../schemas/list-of.ts';

const REFUSALS = { ...SESSION_REFUSALS, contactId: 'invalid_number' } as const;
const ERRORS = [...CONNECTION_ERRORS, 'invalid_number', 'number_not_on_whatsapp'] as const;
const done = z.strictObject({ success: succeeded });
const onePerson = z.strictObject({ success: succeeded, data: person });
const EXAMPLE_PERSON = { success: true as const, data: ANA };

const MAX_CHECKED = 50;
const numberAnswer = z
  .strictObject({
    asked: z.string().meta({ description: 'The number, as in the request, in digits.' }),
    exists: z.boolean().nullable().meta({
      description: 'null: not looked up, because the session may look up no more numbers now. Ask again later.',
    }),
    number: z.string().nullable(),
    jid: z.string().nullable(),
    lid: z.string().nullable(),
  })
  .meta({ id: 'NumberAnswer' });

/** `POST /sessions/:sessionId/contacts/check`. */
export const checkContacts = route({
  method: 'post',
  path: '/sessions/:sessionId/contacts/check',
  scope: 'messages:send',
  summary: 'Check which of several numbers are on WhatsApp',
  description:
    'As GET …/contacts/check, with one answer for each number, in the order of the request, and one query for all that are not ' +
    'cached. Each unknown number counts: of those beyond 20 per minute, "exists" is null.',
  params: sessionParams,
  body: z.object({ numbers: listOf(phoneNumber, MAX_CHECKED, 'phone numbers with country code') }),
  refusals: { ...SESSION_REFUSALS, numbers: 'invalid_number' },
  answer: z.strictObject({ success: succeeded, data: z.array(numberAnswer) }),
  statuses: { 200: 'One answer for each number.' },
  example: {
    body: { numbers: ['541122334455', '14155550100'] },
    answer: {
      success: true,
      data: [
        { asked: '541122334455', exists: true, jid: '5491122334455@s.whatsapp.net', ...ANA },
        { asked: '14155550100', exists: false, number: null, jid: null, lid: null },
      ],
    },
  },
  errors: [...CONNECTION_ERRORS, 'invalid_number'],
  async handler({ sessions }, { params: { sessionId }, body: { numbers } }) {
    const { people } = await sessions.connection(sessionId);
    return ok({ data: (await people.checkAll(numbers)).map(numberAnswerView) });
  },
});

const MAX_RESOLVED = 500;

/** `POST /sessions/:sessionId/contacts/resolve`. */
export const resolveContacts = route({
  method: 'post',
  path: '/sessions/:sessionId/contacts/resolve',
  scope: 'sessions:read',
  summary: 'Get the LIDs of numbers, and the numbers of LIDs',
  description:
    'One person for each of the contacts, in the order of the request, as far as WhatsApp has revealed both names to this session; ' +
    'the other one is null. WhatsApp is not asked: to learn the LID of a number, check the number.',
  params: sessionParams,
  body: z.object({ contacts: listOf(personField, MAX_RESOLVED, 'phone numbers with country code, or LIDs') }),
  refusals: { ...SESSION_REFUSALS, contacts: 'invalid_number' },
  answer: z.strictObject({ success: succeeded, data: z.array(person) }),
  statuses: { 200: 'One person for each contact.' },
  example: { body: { contacts: ['123456789012345@lid'] }, answer: { success: true, data: [ANA] } },
  errors: [...CONNECTION_ERRORS, 'invalid_number'],
  async handler({ sessions }, { params: { sessionId }, body: { contacts } }) {
    const { people } = await sessions.connection(sessionId);
    return ok({ data: await people.resolve(contacts) });
  },
});

/** `GET /sessions/:sessionId/contacts/:contactId/about`. */
export const contactAbout = route({
  method: 'get',
  path: '/sessions/:sessionId/contacts/:contactId/about',
  scope: 'sessions:read',
  summary: 'Get what somebody says about themselves',
  description: 'As WhatsApp shows it to this account.',
  params: personParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: about }),
  statuses: { 200: 'The text.' },
  example: { answer: { success: true, data: { text: 'De viaje', set_at: '2024-01-15T10:30:00.000Z' } } },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, contactId } }) {
    const { people } = await sessions.connection(sessionId);
    return ok({ data: aboutView(await people.about(contactId)) });
  },
});

/** `GET /sessions/:sessionId/contacts/:contactId/business`. */
export const contactBusiness = route({
  method: 'get',
  path: '/sessions/:sessionId/contacts/:contactId/business',
  scope: 'sessions:read',
  summary: 'Get the profile of a business',
  description: 'What a business account says about itself; its owner wrote everything in it.',
  params: personParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: businessProfile }),
  statuses: { 200: 'The profile.' },
  example: {
    answer: {
      success: true,
      data: {
        description: 'Pan casero todos los días',
        category: 'Panadería',
        address: 'Av. Corrientes 1234',
        email: 'hola@example.com',
        websites: ['https://example.com'],
        timezone: 'America/Argentina/Buenos_Aires',
        hours: [{ day: 'mon', mode: 'specific_hours', opens_at_minute: 480, closes_at_minute: 1200 }],
      },
    },
  },
  errors: [...ERRORS, 'business_profile_not_found'],
  async handler({ sessions }, { params: { sessionId, contactId } }) {
    const { people } = await sessions.connection(sessionId);
    return ok({ data: businessView(await people.business(contactId)) });
  },
});

/** `POST /sessions/:sessionId/contacts/:contactId/presence`. */
export const subscribePresence = route({
  method: 'post',
  path: '/sessions/:sessionId/contacts/:contactId/presence',
  scope: 'messages:send',
  summary: 'Follow when somebody is online',
  description:
    'Has WhatsApp tell when this person comes, goes and types, until the session reconnects: webhooks that want `presence` ' +
    'receive it. WhatsApp tells only accounts that are online themselves, and whom the person lets see it. Needs no body.',
  params: personParams,
  refusals: REFUSALS,
  answer: done,
  statuses: { 200: 'WhatsApp was asked.' },
  example: { answer: { success: true } },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, contactId } }) {
    await (await sessions.connection(sessionId)).people.subscribe(contactId);
    return ok({});
  },
});

/** `GET /sessions/:sessionId/contacts`. */
export const listContacts = route({
  method: 'get',
  path: '/sessions/:sessionId/contacts',
  scope: 'sessions:read',
  summary: 'List the people whose names are known',
  description:
    'Those whose names this session has learned: from messages, from the history and from the address book of the phone. Somebody ' +
    'may be listed twice, by number and by LID. "next" is the `after` of the next page; null on the last one.',
  params: sessionParams,
  query: z.object({
    after: z
      .string('must be the "next" of an earlier response')
      .max(128, 'must be the "next" of an earlier response')
      .default('')
      .meta({ description: 'Returns only those after this one.' }),
    limit: pageQuery.limit,
  }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(namedPerson), next: z.string().nullable() }),
  statuses: { 200: 'The people, in the order of their numbers and LIDs.' },
  example: {
    answer: {
      success: true,
      data: [{ number: ANA.number, lid: null, push_name: 'Ani', saved_name: 'Ana García', username: 'ana.garcia' }],
      next: null,
    },
  },
  errors: ['session_not_found', 'invalid_query'],
  answeredBy: 'owner-or-storage',
  async handler({ sessions }, { params: { sessionId }, query: { after, limit } }) {
    const people = await sessions.contacts(sessionId, { after, limit });
    const next = people.length === limit ? (people.at(-1)?.person ?? null) : null;
    return ok({ data: people.map(namedPersonView), next });
  },
});

/** `PATCH /sessions/:sessionId/contacts/:contactId`. */
export const saveContact = route({
  method: 'patch',
  path: '/sessions/:sessionId/contacts/:contactId',
  scope: 'messages:send',
  summary: 'Save somebody in the address book',
  description:
    "Adds somebody to the address book of the account's phone and devices, or gives them another name there. WhatsApp takes only " +
    'people whose number is known.',
  params: personParams,
  body: contactEntry,
  refusals: REFUSALS,
  answer: onePerson,
  statuses: { 200: 'The person.' },
  example: { body: { full_name: 'Ana García', first_name: 'Ana' }, answer: EXAMPLE_PERSON },
  errors: [...APP_STATE_ERRORS, 'invalid_number', 'number_not_on_whatsapp'],
  async handler({ sessions }, { params: { sessionId, contactId }, body }) {
    const { full_name: fullName, first_name: firstName } = body;
    const { people } = await sessions.connection(sessionId);
    const first = firstName ?? fullName.trim().split(/\s+/)[0] ?? null;
    return ok({ data: await people.save(contactId, { fullName, firstName: first }) });
  },
});

/** `DELETE /sessions/:sessionId/contacts/:contactId`. */
export const removeContact = route({
  method: 'delete',
  path: '/sessions/:sessionId/contacts/:contactId',
  scope: 'messages:send',
  summary: 'Remove somebody from the address book',
  description: "Of the account's phone and devices. Chats and messages stay.",
  params: personParams,
  refusals: REFUSALS,
  answer: onePerson,
  statuses: { 200: 'The person.' },
  example: { answer: EXAMPLE_PERSON },
  errors: [...APP_STATE_ERRORS, 'invalid_number', 'number_not_on_whatsapp'],
  async handler({ sessions }, { params: { sessionId, contactId } }) {
    const { people } = await sessions.connection(sessionId);
    return ok({ data: await people.remove(contactId) });
  },
});

/** `GET /sessions/:sessionId/blocklist`. */
export const listBlocked = route({
  method: 'get',
  path: '/sessions/:sessionId/blocklist',
  scope: 'sessions:read',
  summary: 'List whom the account has blocked',
  description: 'Read from WhatsApp.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(person) }),
  statuses: { 200: 'The people.' },
  example: { answer: { success: true, data: [ANA] } },
  errors: CONNECTION_ERRORS,
  handler: async ({ sessions }, { params: { sessionId } }) =>
    ok({ data: await (await sessions.connection(sessionId)).people.blocked() }),
});

/** `POST /sessions/:sessionId/blocklist`. */
export const blockContact = route({
  method: 'post',
  path: '/sessions/:sessionId/blocklist',
  scope: 'messages:send',
  summary: 'Block somebody',
  description: 'They can no longer write to the account or call it, and are not told.',
  params: sessionParams,
  body: z.object({ contact: personField }),
  refusals: { ...SESSION_REFUSALS, contact: 'invalid_number' },
  answer: onePerson,
  statuses: { 200: 'The person is blocked.' },
  example: { body: { contact: '5491122334455' }, answer: EXAMPLE_PERSON },
  errors: ERRORS,
  handler: async ({ sessions }, { params: { sessionId }, body: { contact } }) =>
    ok({ data: await (await sessions.connection(sessionId)).people.block(contact) }),
});

/** `DELETE /sessions/:sessionId/blocklist/:contactId`. */
export const unblockContact = route({
  method: 'delete',
  path: '/sessions/:sessionId/blocklist/:contactId',
  scope: 'messages:send',
  summary: 'Unblock somebody',
  description: 'Also succeeds when they were not blocked.',
  params: personParams,
  refusals: REFUSALS,
  answer: onePerson,
  statuses: { 200: 'The person is not blocked.' },
  example: { answer: EXAMPLE_PERSON },
  errors: ERRORS,
  handler: async ({ sessions }, { params: { sessionId, contactId } }) =>
    ok({ data: await (await sessions.connection(sessionId)).people.unblock(contactId) }),
});
