import { z } from 'zod';
import { isoTime } from '../../../kit/clock.ts';
import { parsePhoneNumber } from '../../../domain/address.ts';
import type { PairingCode } from '../../../domain/session.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import { createSession } from '../../access/caller.ts';
import { ok, route } from '../../route.ts';
import { EXAMPLE_ID, SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { numberText, typed } from '../../typed.ts';

/** The number of an account, as its phone shows it. */
export const accountNumber = numberText()
  .transform(typed(parsePhoneNumber, 'is not a phone number with country code'))
  .meta({
    description: 'The number as WhatsApp shows it on the phone: digits with country code, formatted or not.',
    example: '5491234567890',
  });

/** What is told of a pairing code. */
export const codeFields = {
  code: z.string().meta({ description: 'Eight characters, to be typed into the phone.' }),
  formatted: z.string().meta({ description: 'The same with a dash in the middle, for people to read.' }),
  expiresAt: z.iso.datetime().meta({ description: 'When the code expires; a new session is removed then.' }),
};

const codeAnswer = z.strictObject({ success: succeeded, sessionId: z.string(), ...codeFields });
const EXAMPLE: z.infer<typeof codeAnswer> = {
  success: true,
  sessionId: EXAMPLE_ID,
  code: 'ABCD1234',
  formatted: 'ABCD-1234',
  expiresAt: '2024-01-15T10:33:00.000Z',
};

/** `POST /sessions/pairing-code`: creates a session and returns the code that links an account to it. */
export const pairByCode = route({
  method: 'post',
  path: '/sessions/pairing-code',
  scope: 'sessions:create',
  forToken: true,
  summary: 'Link an account with a pairing code',
  description:
    'For people who cannot scan a QR: creates a session and returns a code as soon as WhatsApp has accepted it. The code is ' +
    'typed into the phone with this number (Linked devices, Link a device, Link with phone number instead). From then on the ' +
    'session is like any other. The code is not renewed: when it expires, the session is removed and the backend receives a ' +
    'status-update (disconnected).',
  body: z.object({ number: accountNumber }),
  refusals: { number: 'invalid_number' },
  answer: codeAnswer,
  statuses: { 200: 'The code to type.' },
  example: { body: { number: '5491234567890' }, answer: EXAMPLE },
  errors: [
    'invalid_number',
    'pairing_refused',
    'rate_limited',
    'overloaded',
    'too_many_sessions',
    'too_many_pending_sessions',
    'whatsapp_timeout',
  ],
  async handler({ sessions }, { body, caller }) {
    const { sessionId, code } = await createSession(caller, () => sessions.pairByCode(body.number));
    return ok(viewOf(sessionId, code));
  },
});

/** `GET /sessions/:sessionId/pairing-code`: the same code again, for a page that was reloaded. */
export const currentPairingCode = route({
  method: 'get',
  path: '/sessions/:sessionId/pairing-code',
  scope: 'sessions:create',
  forToken: true,
  summary: 'Get the current pairing code',
  description: 'The code that POST /sessions/pairing-code returned, until it is typed or expires.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: codeAnswer,
  statuses: { 200: 'The code to type.' },
  example: { answer: EXAMPLE },
  errors: ['session_not_found', 'session_not_pairing'],
  async handler({ sessions }, { params: { sessionId } }) {
    return ok(viewOf(sessionId, await sessions.currentPairingCode(sessionId)));
  },
});

function viewOf(sessionId: SessionId, code: PairingCode) {
  return { sessionId, ...codeView(code) };
}

/** A pairing code as it is told. */
export function codeView({ text, expiresAtMs }: PairingCode) {
  const half = text.length / 2;
  const formatted = `${text.slice(0, half)}-${text.slice(half)}`;
  return { code: text, formatted, expiresAt: isoTime(expiresAtMs) };
}
