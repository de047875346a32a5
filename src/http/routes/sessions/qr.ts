import { z } from 'zod';
import { isoTime } from '../../../kit/clock.ts';
import { makeSession } from '../../access/caller.ts';
import { qrImage } from '../../images/qr-image.ts';
import { ok, route } from '../../route.ts';
import { EXAMPLE_ID, SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';

const picture = z
  .string()
  .startsWith('data:image/png;base64,')
  .meta({ description: 'A PNG, for the src of an image.' });
const EXAMPLE_QR = {
  success: true as const,
  sessionId: EXAMPLE_ID,
  qr: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA...',
  qrText: '2@ABC123...',
};

/** `GET /generate-qr`: a new session, and the code that links an account to it. */
export const generateQr = route({
  method: 'get',
  path: '/generate-qr',
  scope: 'sessions:create',
  forToken: true,
  summary: 'Connect a new account',
  description:
    'Makes a session with an id of its own and answers with its first QR. Each call makes another session; the QR is ' +
    'renewed until somebody scans it (GET /sessions/:sessionId/qr has the one that is valid now).',
  answer: z.strictObject({
    success: succeeded,
    sessionId: z.string(),
    qr: picture,
    qrText: z.string(),
    message: z.string(),
  }),
  statuses: { 200: 'The QR to scan.' },
  example: { answer: { ...EXAMPLE_QR, message: 'QR generado. Escanea con WhatsApp para conectar.' } },
  errors: ['qr_timeout', 'overloaded', 'too_many_sessions', 'too_many_pending_sessions'],
  async handler({ sessions }, { caller }) {
    const { sessionId, qr } = await makeSession(caller, () => sessions.generateQr());
    return ok({
      sessionId,
      qr: qrImage(qr.text),
      qrText: qr.text,
      // Literally so: frontends of the seed show it.
      message: 'QR generado. Escanea con WhatsApp para conectar.',
    });
  },
});

/** `GET /sessions/:sessionId/qr`: the code that is valid now. */
export const currentQr = route({
  method: 'get',
  path: '/sessions/:sessionId/qr',
  scope: 'sessions:create',
  forToken: true,
  summary: 'The QR that is valid now',
  description: 'WhatsApp stops taking a code after 20 to 60 seconds; a renewed one follows by itself.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({
    success: succeeded,
    sessionId: z.string(),
    qr: picture,
    qrText: z.string(),
    expiresAt: z.iso.datetime().meta({ description: 'When WhatsApp stops taking this one.' }),
  }),
  statuses: { 200: 'The QR to scan.' },
  example: { answer: { ...EXAMPLE_QR, expiresAt: '2024-01-15T10:31:00.000Z' } },
  errors: ['session_not_found', 'session_not_pairing'],
  async handler({ sessions }, { params: { sessionId } }) {
    const { text, expiresAtMs } = await sessions.currentQr(sessionId);
    return ok({ sessionId, qr: qrImage(text), qrText: text, expiresAt: isoTime(expiresAtMs) });
  },
});
