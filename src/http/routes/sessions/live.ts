import { z } from 'zod';
import { EVENT_STREAM, ok, route } from '../../route.ts';
import { EXAMPLE_ID, SESSION_REFUSALS, sessionParams, succeeded, wholeNumber } from '../../schemas/common.ts';

/** `GET /sessions/events`. */
export const sessionEvents = route({
  method: 'get',
  path: '/sessions/events',
  scope: 'sessions:read',
  forToken: true,
  ownSessionsOnly: true,
  mediaType: EVENT_STREAM,
  summary: 'What happens, while it happens',
  description:
    'Server-Sent Events that go on until the caller leaves. First how everything is now: a `session` for each session, ' +
    '`health`, `ready`; then what changes. docs/live.md says what each event carries.',
  answer: z.string(),
  statuses: { 200: 'The events, as text/event-stream.' },
  example: { answer: `event: removed\ndata: {"session_id":"${EXAMPLE_ID}"}\n\n` },
  errors: ['too_many_streams'],
  handler: ({ live }, { caller }) => ({ status: 200, body: '', stream: (res) => live.follow(caller, res) }),
});

const MAX_MESSAGES = 100;

/** A message as the dashboard shows it. */
const recentMessage = z
  .strictObject({
    session_id: z.string(),
    message_id: z.string(),
    direction: z.enum(['in', 'out']),
    at: z.iso.datetime(),
    chat_id: z.string(),
    number: z.string().nullable().meta({ description: 'Of the other side; null for what goes to a group.' }),
    name: z.string().nullable().meta({ description: 'The name that the other side chose.' }),
    type: z.string(),
    text: z.string().nullable().meta({ description: 'Cut to 500 characters.' }),
  })
  .meta({ id: 'RecentMessage' });

/** `GET /sessions/:sessionId/messages`. */
export const recentMessages = route({
  method: 'get',
  path: '/sessions/:sessionId/messages',
  scope: 'sessions:read',
  summary: 'The last messages of a session',
  description:
    'Those that came, and those that were sent for callers, since the start of the server; the newest last. They are ' +
    'kept in memory alone, at most 100 of a session, and only with DASHBOARD_MESSAGES=true. Callbacks tell of all.',
  params: sessionParams,
  query: z.object({
    limit: wholeNumber(`must be a whole number from 1 to ${MAX_MESSAGES}`, 1, MAX_MESSAGES).default(MAX_MESSAGES),
  }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(recentMessage) }),
  statuses: { 200: 'The messages, the newest last.' },
  example: {
    query: { limit: '20' },
    answer: {
      success: true,
      data: [
        {
          session_id: EXAMPLE_ID,
          message_id: '3EB0C767D097B7C7C1A5',
          direction: 'in',
          at: '2024-01-15T10:30:00.000Z',
          chat_id: '5491122334455@s.whatsapp.net',
          number: '5491122334455',
          name: 'Juan',
          type: 'text',
          text: 'hola',
        },
      ],
    },
  },
  errors: ['session_not_found', 'messages_not_kept', 'invalid_query'],
  handler: ({ sessions }, { params, query }) => ok({ data: sessions.recentMessages(params.sessionId, query.limit) }),
});
