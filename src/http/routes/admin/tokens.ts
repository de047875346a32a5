import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { isoTime } from '../../../kit/clock.ts';
import { type Caller, maySee } from '../../access/caller.ts';
import { type SessionsApi } from '../../core.ts';
import { ok, route } from '../../route.ts';
import { EXAMPLE_ID, SESSION_REFUSALS, sessionIdText, succeeded } from '../../schemas/common.ts';
import { type SessionId } from '../../../domain/session-id.ts';

const MAX_SECONDS = 600;
const TTL = `must be a whole number of seconds from 1 to ${MAX_SECONDS}`;

/** `POST /tokens`. */
export const createToken = route({
  method: 'post',
  path: '/tokens',
  scope: 'sessions:create',
  ownSessionsOnly: true,
  summary: 'A token for a page',
  description:
    'For a browser, which must not have a key: with the token as bearer it makes one session, shows its QR or pairing code ' +
    'and its status, and does nothing else. With "sessionId" it shows that session and makes none. A restart of the server ' +
    'ends all tokens, and so does revoking the key that they were made with.',
  body: z.object({
    sessionId: sessionIdText.optional(),
    ttl: z.int(TTL).min(1, TTL).max(MAX_SECONDS, TTL).default(MAX_SECONDS).meta({ description: 'Seconds.' }),
  }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({
    success: succeeded,
    token: z.string(),
    sessionId: z.string().nullable(),
    expiresAt: z.iso.datetime(),
  }),
  statuses: { 200: 'The token.' },
  example: {
    body: { sessionId: EXAMPLE_ID, ttl: 300 },
    answer: { success: true, token: 'wat_...', sessionId: EXAMPLE_ID, expiresAt: '2024-01-15T10:35:00.000Z' },
  },
  errors: ['session_not_found'],
  handler({ sessions, tokens }, { body: { sessionId = null, ttl }, caller }) {
    requireOwn(sessions, caller, sessionId);
    const { token, expiresAtMs } = tokens.give(caller, { sessionId, ttlMs: ttl * 1_000 });
    return ok({ token: token.reveal(), sessionId, expiresAt: isoTime(expiresAtMs) });
  },
});

/** Nobody gives away what he may not do himself: a key of some sessions makes no new ones. */
function requireOwn(sessions: SessionsApi, caller: Caller, sessionId: SessionId | null): void {
  if (sessionId === null) {
    if (caller.sessions !== null) throw new AppError('not_permitted');
    return;
  }
  if (!maySee(caller, sessionId)) throw new AppError('session_not_found');
  // Refuses a session that is not there.
  sessions.view(sessionId);
}
