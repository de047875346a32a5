import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionParams } from '../../schemas/common.ts';
import { changesIn, profileBody } from '../../schemas/profile-schemas.ts';
import { EXAMPLE_SESSION, sessionAnswer } from '../../schemas/session-schemas.ts';
import { accountNumber, codeFields, codeView } from './pairing.ts';

const EXAMPLE_PROFILE = { name: 'Shop Madrid', labels: ['shop'], metadata: { customer: 4711 } };
const EXAMPLE_NEW = {
  ...EXAMPLE_SESSION,
  ...{ phone_number: null, phoneNumber: null, status: 'connecting' as const, last_seen: null, whatsapp_user_id: null },
  ...{ new_chat_cap: null, ...EXAMPLE_PROFILE },
};

/** `POST /sessions`: creates a session without waiting for its QR. */
export const createSession = route({
  method: 'post',
  path: '/sessions',
  scope: 'sessions:create',
  summary: 'Create a session',
  description:
    'Creates a session and returns at once. Its QR follows: the webhook qr-update brings it, and GET /sessions/:sessionId/qr waits a ' +
    'moment for it. Every field may be missing. Where events tell of the session, they tell its name, labels and metadata.',
  body: profileBody,
  answer: sessionAnswer,
  statuses: { 201: 'The new session.' },
  example: { body: EXAMPLE_PROFILE, answer: { success: true, data: EXAMPLE_NEW } },
  errors: ['overloaded', 'too_many_sessions', 'too_many_pending_sessions', 'url_not_allowed'],
  async handler({ sessions, sessionView }, { body }) {
    const data = sessionView(await sessions.createSession(changesIn(body)));
    return { ...ok({ data }), status: 201 };
  },
});

/** `PATCH /sessions/:sessionId`. */
export const changeSession = route({
  method: 'patch',
  path: '/sessions/:sessionId',
  scope: 'sessions:create',
  summary: 'Change what is said of a session',
  description:
    'Fields that are missing stay as they are; "labels" and "metadata" replace all of them. Another proxy is used at once, on a new ' +
    'connection.',
  params: sessionParams,
  body: profileBody,
  refusals: SESSION_REFUSALS,
  answer: sessionAnswer,
  statuses: { 200: 'The session as it is now.' },
  example: { body: EXAMPLE_PROFILE, answer: { success: true, data: { ...EXAMPLE_SESSION, ...EXAMPLE_PROFILE } } },
  errors: ['session_not_found', 'url_not_allowed'],
  handler: async ({ sessions, sessionView }, { params, body }) =>
    ok({ data: sessionView(await sessions.change(params.sessionId, changesIn(body))) }),
});

/** `POST /sessions/:sessionId/stop`. */
export const stopSession = route({
  method: 'post',
  path: '/sessions/:sessionId/stop',
  scope: 'sessions:create',
  summary: 'Stop a session',
  description:
    'Closes the connection until somebody starts the session again, also over restarts. The account stays linked, and WhatsApp keeps ' +
    'what arrives meanwhile. The status is "disconnected", and sends are refused. Needs no body.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: sessionAnswer,
  statuses: { 200: 'The session, which is stopped.' },
  example: {
    answer: { success: true, data: { ...EXAMPLE_SESSION, status: 'disconnected', stopped: true } },
  },
  errors: ['session_not_found', 'session_not_connected'],
  handler: async ({ sessions, sessionView }, { params }) =>
    ok({ data: sessionView(await sessions.stop(params.sessionId)) }),
});

/** `POST /sessions/:sessionId/start`. */
export const startSession = route({
  method: 'post',
  path: '/sessions/:sessionId/start',
  scope: 'sessions:create',
  summary: 'Start a session that was stopped',
  description:
    'Connects again with the same credentials, and waits a moment for it. Nothing happens to a session that was not stopped. Needs no body.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: sessionAnswer,
  statuses: { 200: 'The session after the start.' },
  example: { answer: { success: true, data: EXAMPLE_SESSION } },
  errors: ['session_not_found', 'session_logged_out'],
  handler: async ({ sessions, sessionView }, { params }) =>
    ok({ data: sessionView(await sessions.start(params.sessionId)) }),
});

/** `POST /sessions/:sessionId/relink`. */
export const relinkSession = route({
  method: 'post',
  path: '/sessions/:sessionId/relink',
  scope: 'sessions:create',
  summary: 'Link the account of a session again',
  description:
    'For a session that was unlinked on the phone or logged out: a new QR follows under the id of the session, as for a new one, and the ' +
    'numbers of its events go on. Only its own number can scan it: another one is unlinked at once, and the session is closed again with ' +
    'an error_message that says so. With "number", its own, the answer has a code to type instead; the session is closed again when that ' +
    'expires. The body may be missing.',
  params: sessionParams,
  body: z
    .object({
      number: accountNumber.optional().meta({ description: 'The number of the session, for a pairing code.' }),
    })
    .optional(),
  refusals: { ...SESSION_REFUSALS, number: 'invalid_number' },
  answer: sessionAnswer.extend({
    pairing: z.strictObject(codeFields).optional().meta({ description: 'The code to type, if a number was given.' }),
  }),
  statuses: { 200: 'The session, whose QR follows, or a code for it.' },
  example: {
    body: { number: '5491234567890' },
    answer: {
      ...{ success: true, data: { ...EXAMPLE_SESSION, status: 'connecting', new_chat_cap: null } },
      pairing: { code: 'ABCD1234', formatted: 'ABCD-1234', expiresAt: '2024-01-15T10:33:00.000Z' },
    },
  },
  errors: [
    ...(['session_not_found', 'session_linked', 'session_not_pairing', 'overloaded'] as const),
    ...([
      'too_many_pending_sessions',
      'invalid_number',
      'pairing_refused',
      'rate_limited',
      'whatsapp_timeout',
    ] as const),
  ],
  async handler({ sessions, sessionView }, { params: { sessionId }, body }) {
    if (body?.number === undefined) return ok({ data: sessionView(await sessions.relink(sessionId)) });
    const { record, code } = await sessions.relinkByCode(sessionId, body.number);
    return ok({ data: sessionView(record), pairing: codeView(code) });
  },
});
