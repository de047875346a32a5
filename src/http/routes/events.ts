import { z } from 'zod';
import { isoTime } from '../../kit/clock.ts';
import { EVENT_PATHS } from '../../domain/event.ts';
import { ok, route } from '../route.ts';
import { callbackState, EXAMPLE_ID, pageQuery, succeeded } from '../schemas.ts';

/** `GET /events`: the callbacks once more, for a backend that would rather fetch than be called. */
export const pullEvents = route({
  method: 'get',
  path: '/events',
  scope: 'callbacks:manage',
  ownSessionsOnly: true,
  summary: 'What happened since',
  description:
    'The events of all sessions in their order, whether they were posted or not: for a backend that wants to catch up with ' +
    'what it missed. Keep nextCursor and ask with after=<nextCursor> the next time. A webhookId that was seen before is ' +
    'the same event. Kept for CALLBACK_RETENTION after they were delivered, and for a day at least.',
  query: z.object(pageQuery),
  answer: z.strictObject({
    success: succeeded,
    data: z.array(
      z.strictObject({
        cursor: z.int().positive(),
        webhookId: z.string(),
        sessionId: z.string(),
        seq: z.int().positive(),
        path: z.string().meta({ description: 'Where at the backend it is, or was, posted.' }),
        state: callbackState,
        createdAt: z.iso.datetime(),
        body: z.record(z.string(), z.unknown()),
      }),
    ),
    nextCursor: z.int().nonnegative(),
  }),
  statuses: { 200: 'The events behind the cursor; the same cursor again when there are none.' },
  example: {
    answer: {
      success: true,
      data: [
        {
          cursor: 4711,
          webhookId: 'message_Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3Jh',
          sessionId: EXAMPLE_ID,
          seq: 12,
          path: EVENT_PATHS['message-received'],
          state: 'delivered',
          createdAt: '2024-01-15T10:30:00.000Z',
          body: { session_id: EXAMPLE_ID },
        },
      ],
      nextCursor: 4711,
    },
  },
  errors: ['invalid_query'],
  async handler({ callbacks }, { query, caller }) {
    const found = await callbacks.events(query, caller.sessions ?? undefined);
    const data = found.map(({ position, webhookId, sessionId, seq, kind, state, createdAtMs, body }) => ({
      ...{ cursor: position, webhookId, sessionId, seq, path: EVENT_PATHS[kind], state },
      createdAt: isoTime(createdAtMs),
      body: JSON.parse(body) as Record<string, unknown>,
    }));
    return ok({ data, nextCursor: data.at(-1)?.cursor ?? query.after });
  },
});
