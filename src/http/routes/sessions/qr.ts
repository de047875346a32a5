import { z } from 'zod';
import { isoTime } from '../../../kit/clock.ts';
import { createSession } from '../../access/caller.ts';
import { qrImage } from '../../images/qr-image.ts';
import { ok, route } from '../../route.ts';
import { sessionName } from '../../schemas/profile-schemas.ts';
import { EXAMPLE_ID, SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';

const picture = z
  .string()
  .startsWith('data:image/png;base64,')
  .meta({ description: 'A PNG as a data: URL, for the src of an image.' });
const EXAMPLE_QR = {
  success: true as const,
  sessionId: EXAMPLE_ID,
  qr: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA...',
  qrText: '2@ABC123...',
};

/** `GET /generate-qr`: creates a session and returns the QR that links an account to it. */
export const generateQr = route({
  method: 'get',
  path: '/generate-qr',
  scope: 'sessions:create',
  forToken: true,
  refusesHead: true,
  summary: 'Link an account with a QR',
  description:
    'Creates a session and returns its first QR. Every call creates another session. The QR is renewed until it is scanned; ' +
    'GET /sessions/:sessionId/qr returns the one that is valid now.',
  query: z.object({ name: sessionName.optional().meta({ description: 'The name of the session, for people.' }) }),
  answer: z.strictObject({
    success: succeeded,
    sessionId: z.string(),
    qr: picture,
    qrText: z.string(),
    message: z.string(),
  }),
  statuses: { 200: 'The QR to scan.' },
  example: { answer: { ...EXAMPLE_QR, message: 'QR generado. Escanea con WhatsApp para conectar.' } },
  errors: ['qr_timeout', 'overloaded', 'too_many_sessions', 'too_many_pending_sessions', 'invalid_query'],
  async handler({ sessions }, { caller, query: { name = null } }) {
    const spec = name === null ? undefined : { profile: { name } };
    const { sessionId, qr } = await createSession(caller, () => sessions.generateQr(spec));
    return ok({
      sessionId,
      qr: qrImage(qr.text),
      qrText: qr.text,
      // The seed's exact text: its frontends show it.
      message: 'QR generado. Escanea con WhatsApp para conectar.',
    });
  },
});

/** `GET /sessions/:sessionId/qr`. */
export const currentQr = route({
  method: 'get',
  path: '/sessions/:sessionId/qr',
  scope: 'sessions:create',
  forToken: true,
  summary: 'Get the current QR',
  description: 'A QR is valid for 20 to 60 seconds, and is then renewed automatically.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({
    success: succeeded,
    sessionId: z.string(),
    qr: picture,
    qrText: z.string(),
    expiresAt: z.iso.datetime().meta({ description: 'When this QR stops being valid.' }),
  }),
  statuses: { 200: 'The QR to scan.' },
  example: { answer: { ...EXAMPLE_QR, expiresAt: '2024-01-15T10:31:00.000Z' } },
  errors: ['session_not_found', 'session_not_pairing'],
  async handler({ sessions }, { params: { sessionId } }) {
    const { text, expiresAtMs } = await sessions.currentQr(sessionId);
    return ok({ sessionId, qr: qrImage(text), qrText: text, expiresAt: isoTime(expiresAtMs) });
  },
});
