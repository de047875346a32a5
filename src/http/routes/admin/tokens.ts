import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { isoTime } from '../../../kit/clock.ts';
import { type Caller, hasScope, maySee } from '../../access/caller.ts';
import type { SessionsApi } from '../../core.ts';
import { ok, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionIdText, succeeded } from '../../schemas/common.ts';
import type { SessionId } from '../../../domain/session-id.ts';

const MAX_SECONDS = 600;
const TTL = `must be a whole number of seconds from 1 to ${MAX_SECONDS}`;

/** A session that nobody has scanned yet. */
const EXAMPLE_PAIRING_ID = 'session_1705312200456_ghi456jkl';

/** `POST /tokens`. */
export const createToken = route({
  method: 'post',
  path: '/tokens',
  scope: 'sessions:create',
  ownSessionsOnly: true,
  summary: 'Issue a token for a web page',
  description:
    'For browsers, which must not hold an API key. With the token as bearer, a page can create one session and show its QR or ' +
    'pairing code and its status, and nothing else. With "sessionId" it shows that session and creates none; for a session that is already linked, the key needs the scope ' +
    'sessions:read too. Tokens count on all nodes of a cluster; ' +
    'a single process forgets them when it restarts. Revoking a key revokes the tokens issued with it.',
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
    body: { sessionId: EXAMPLE_PAIRING_ID, ttl: 300 },
    answer: { success: true, token: 'wat_...', sessionId: EXAMPLE_PAIRING_ID, expiresAt: '2024-01-15T10:35:00.000Z' },
  },
  errors: ['session_not_found'],
  async handler({ sessions, tokens }, { body: { sessionId = null, ttl }, caller }) {
    await requireAccess(sessions, caller, sessionId);
    const { token, expiresAtMs } = await tokens.issue(caller, { sessionId, ttlMs: ttl * 1_000 });
    return ok({ token: token.reveal(), sessionId, expiresAt: isoTime(expiresAtMs) });
  },
});

/** A caller cannot pass on access that it does not have: a key that is limited to some sessions cannot create new ones. */
async function requireAccess(sessions: SessionsApi, caller: Caller, sessionId: SessionId | null): Promise<void> {
  if (sessionId === null) {
    if (caller.sessions !== null) throw new AppError('not_permitted');
    return;
  }
  if (!maySee(caller, sessionId)) throw new AppError('session_not_found');
  // Refuses an unknown session.
  const { identity } = await sessions.view(sessionId);
  // The token shows the number of whoever is linked.
  if (identity !== null && !hasScope(caller, 'sessions:read')) throw new AppError('not_permitted');
}
