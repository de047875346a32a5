import { z } from 'zod';
import type { Passkey } from '../../../domain/passkey.ts';
import { ok, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { passkeyState } from '../../schemas/session-schemas.ts';
import { passkeyView } from '../../views/session-view.ts';

/** Longer than any authenticator makes them. */
const MAX_CHARS = 8_192;
const NOT_BINARY = 'must be base64url without padding';

const binary = z
  .string(NOT_BINARY)
  .min(1, NOT_BINARY)
  .max(MAX_CHARS, NOT_BINARY)
  .regex(/^[\w-]+$/, NOT_BINARY);

const NO_RESPONSE = 'must be the response of an authenticator';

/** Every field is refused with its own sentence, and other fields of `toJSON()` are dropped. */
const assertion = z.object({
  id: binary,
  rawId: binary,
  type: z.literal('public-key', 'must be "public-key"'),
  response: z.object(
    {
      clientDataJSON: binary,
      authenticatorData: binary,
      signature: binary,
      userHandle: z
        .string(NOT_BINARY)
        .max(MAX_CHARS, NOT_BINARY)
        .regex(/^[\w-]*$/, NOT_BINARY)
        .nullish()
        .transform((handle) => (handle === '' ? null : (handle ?? null))),
    },
    NO_RESPONSE,
  ),
});

const EXAMPLE_TIME = '2024-01-15T10:40:00.000Z';
const EXAMPLE_OPTIONS = {
  challenge: 'q83vEjRWeJCrze8SNFZ4kA',
  timeout: 600_000,
  rpId: 'whatsapp.com',
  allowCredentials: [],
  userVerification: 'required',
};
const EXAMPLE_ASSERTION = {
  id: 'kQ3mZ0aT',
  rawId: 'kQ3mZ0aT',
  type: 'public-key',
  response: { clientDataJSON: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0', authenticatorData: 'SZYN', signature: 'MEUC' },
};

/** The refusals of all three. */
const ERRORS = ['session_not_found', 'passkey_not_wanted', 'passkey_expired'] as const;
/** Those of the two that need WhatsApp. */
const STEP_ERRORS = [...ERRORS, 'passkey_refused', 'whatsapp_timeout', 'rate_limited'] as const;

/** `GET /sessions/:sessionId/passkey`: what a person has to do next. */
export const currentPasskey = route({
  method: 'get',
  path: '/sessions/:sessionId/passkey',
  scope: 'sessions:create',
  forToken: true,
  summary: 'Get the passkey request of a pairing',
  description:
    'For some accounts WhatsApp wants a passkey after the QR was scanned or the code typed. While it is "wanted", "options" is ' +
    'the request for PublicKeyCredential.parseRequestOptionsFromJSON, which only a page of WhatsApp Web can pass to ' +
    'navigator.credentials.get. While it is "confirming", "code" is to be compared with the one on the phone. docs/pairing.md ' +
    'describes the whole ceremony.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({
    success: succeeded,
    data: z.strictObject({
      state: passkeyState,
      expires_at: z.iso.datetime().meta({ description: 'When WhatsApp no longer waits.' }),
      options: z.record(z.string(), z.unknown()).nullable().meta({ description: 'Set while a passkey is "wanted".' }),
      code: z.string().nullable().meta({ description: 'Set while it is "confirming": ABCD-EFGH.' }),
    }),
  }),
  statuses: { 200: 'What WhatsApp waits for.' },
  example: {
    answer: {
      success: true,
      data: { state: 'wanted', expires_at: EXAMPLE_TIME, options: EXAMPLE_OPTIONS, code: null },
    },
  },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId } }) {
    return ok({ data: viewOf((await sessions.passkey(sessionId)).current()) });
  },
});

/** `POST /sessions/:sessionId/passkey`: passes the signed challenge on. */
export const answerPasskey = route({
  method: 'post',
  path: '/sessions/:sessionId/passkey',
  scope: 'sessions:create',
  forToken: true,
  summary: 'Answer a passkey request',
  description:
    'The body is what PublicKeyCredential.toJSON() returned on a page of WhatsApp Web. It must answer the current challenge. ' +
    'When WhatsApp refuses it, another one can be sent until the request expires.',
  params: sessionParams,
  body: assertion,
  refusals: {
    ...SESSION_REFUSALS,
    ...{ id: 'invalid_passkey', rawId: 'invalid_passkey', type: 'invalid_passkey', response: 'invalid_passkey' },
  },
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'WhatsApp accepted it; the code to compare follows.' },
  example: { body: EXAMPLE_ASSERTION, answer: { success: true } },
  errors: [...STEP_ERRORS, 'invalid_passkey'],
  async handler({ sessions }, { params: { sessionId }, body }) {
    await (await sessions.passkey(sessionId)).answer(body);
    return ok({});
  },
});

const MATCHES = 'must be true or false';

/** `POST /sessions/:sessionId/passkey/confirm`: a person has compared the codes. */
export const confirmPasskey = route({
  method: 'post',
  path: '/sessions/:sessionId/passkey/confirm',
  scope: 'sessions:create',
  forToken: true,
  summary: 'Confirm or refuse the code of a passkey pairing',
  description:
    'Only a person who sees both codes may answer: the comparison is what reveals somebody between this server and the phone. ' +
    'With true, the phone gets the keys and links the device. With false, the pairing ends, and a new code follows.',
  params: sessionParams,
  body: z.object({
    matches: z.boolean(MATCHES).meta({ description: 'Whether the phone shows the same code.' }),
  }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'The answer was passed on.' },
  example: { body: { matches: true }, answer: { success: true } },
  errors: STEP_ERRORS,
  async handler({ sessions }, { params: { sessionId }, body }) {
    await (await sessions.passkey(sessionId)).compared(body.matches);
    return ok({});
  },
});

function viewOf(passkey: Passkey) {
  const { state, expires_at } = passkeyView(passkey);
  const options = passkey.stage === 'wanted' ? passkey.options : null;
  return { state, expires_at, options, code: passkey.stage === 'confirming' ? passkey.code : null };
}
