import { z } from 'zod';
import { isoTime } from '../../../kit/clock.ts';
import { type CallbackArchive, type Page, type StoredCallback } from '../../../ports/callbacks.ts';
import { EVENT_PATHS } from '../../../domain/event.ts';
import { type SessionId } from '../../../domain/session-id.ts';
import { type Logger } from '../../../kit/logger.ts';
import { ok, route } from '../../route.ts';
import { callbackState, EXAMPLE_ID, pageQuery, succeeded } from '../../schemas/common.ts';

/** An event that can be read. */
type SoundEvent = StoredCallback & { body: string };

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
    'the same event. Kept for CALLBACK_RETENTION after they were delivered, and for a day at least. What was tampered with ' +
    'in the encrypted database is left out, and the log says so.',
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
  async handler({ callbacks }, { query, caller, log }) {
    const { sound, nextCursor } = await soundEvents({ callbacks, log }, query, caller.sessions ?? undefined);
    const data = sound.map(({ position, webhookId, sessionId, seq, kind, state, createdAtMs, body }) => ({
      ...{ cursor: position, webhookId, sessionId, seq, path: EVENT_PATHS[kind], state },
      createdAt: isoTime(createdAtMs),
      body: JSON.parse(body) as Record<string, unknown>,
    }));
    return ok({ data, nextCursor });
  },
});

/** Those that can be read. A page without any says that there are no more: it is passed over. */
async function soundEvents(
  { callbacks, log }: { callbacks: CallbackArchive; log: Logger },
  page: Page,
  among?: readonly SessionId[],
): Promise<{ sound: SoundEvent[]; nextCursor: number }> {
  const found = await callbacks.events(page, among);
  for (const { sessionId, webhookId, body } of found) {
    const mark = `[${sessionId}] [CALLBACK]`;
    if (body === null) log.error({ sessionId, webhookId }, `${mark} left out: it was tampered with in the database`);
  }
  const sound = found.filter((each): each is SoundEvent => each.body !== null);
  const nextCursor = found.at(-1)?.position ?? page.after;
  if (sound.length > 0 || found.length === 0) return { sound, nextCursor };
  return soundEvents({ callbacks, log }, { ...page, after: nextCursor }, among);
}
