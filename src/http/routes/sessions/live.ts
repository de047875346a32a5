import { z } from 'zod';
import { EVENT_STREAM, ok, route } from '../../route.ts';
import { EXAMPLE_ID, SESSION_REFUSALS, sessionParams, succeeded, wholeNumber } from '../../schemas/common.ts';
import { EXAMPLE_MESSAGE, recentMessage } from '../../schemas/session-schemas.ts';
import { recentMessageView } from '../../views/recent-message-view.ts';

/** `GET /sessions/events`. */
export const sessionEvents = route({
  method: 'get',
  path: '/sessions/events',
  scope: 'sessions:read',
  forToken: true,
  ownSessionsOnly: true,
  mediaType: EVENT_STREAM,
  summary: 'Follow live events',
  description:
    'A stream of Server-Sent Events that lasts until the caller disconnects. It starts with a snapshot: a `session` event for ' +
    'each session, `health`, then `ready`. Changes follow as they happen. docs/live.md describes every event.',
  answer: z.string(),
  statuses: { 200: 'The events, as text/event-stream.' },
  example: { answer: `event: removed\ndata: {"session_id":"${EXAMPLE_ID}"}\n\n` },
  errors: ['too_many_streams'],
  handler: ({ live }, { caller }) => ({ status: 200, body: '', stream: (res) => live.follow(caller, res) }),
});

const MAX_MESSAGES = 100;

/** `GET /sessions/:sessionId/messages`. */
export const recentMessages = route({
  method: 'get',
  path: '/sessions/:sessionId/messages',
  scope: 'sessions:read',
  summary: "Get a session's recent messages",
  description:
    'The messages received, and those sent over the API, since the server started; the newest last. They are kept only in ' +
    'memory, at most 100 per session, and only with DASHBOARD_MESSAGES=true. Callbacks report every message.',
  params: sessionParams,
  query: z.object({
    limit: wholeNumber(`must be a whole number from 1 to ${MAX_MESSAGES}`, 1, MAX_MESSAGES).default(MAX_MESSAGES),
  }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(recentMessage) }),
  statuses: { 200: 'The messages, the newest last.' },
  example: { query: { limit: '20' }, answer: { success: true, data: [EXAMPLE_MESSAGE] } },
  errors: ['session_not_found', 'messages_not_kept', 'invalid_query'],
  handler: async ({ sessions }, { params, query }) =>
    ok({ data: (await sessions.recentMessages(params.sessionId, query.limit)).map(recentMessageView) }),
});
