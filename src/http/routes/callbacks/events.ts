import { z } from 'zod';
import { isoTime } from '../../../kit/clock.ts';
import type { CallbackArchive, Page, StoredCallback } from '../../../ports/callbacks.ts';
import { EVENT_PATHS } from '../../../domain/event.ts';
import { bodyForBackend } from '../../../domain/session-profile.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Logger } from '../../../kit/logger.ts';
import { ok, route } from '../../route.ts';
import { callbackState, EXAMPLE_ID, pageQuery, succeeded } from '../../schemas/common.ts';

/** An event whose body can be read. */
type ReadableEvent = StoredCallback & { body: string };

/** `GET /events`: the same events as the callbacks, for backends that prefer to pull. */
export const pullEvents = route({
  method: 'get',
  path: '/events',
  scope: 'callbacks:manage',
  ownSessionsOnly: true,
  summary: 'Pull events',
  description:
    'The events of all sessions in their order, whether they were posted or not, for a backend that wants to catch up. Keep ' +
    'nextCursor and continue with after=<nextCursor>. A webhookId that you have seen before is the same event. Events are ' +
    'kept for CALLBACK_RETENTION after their delivery, and for at least one day. Events that were tampered with in the ' +
    'encrypted database are left out and logged.',
  query: z.object(pageQuery),
  answer: z.strictObject({
    success: succeeded,
    data: z.array(
      z
        .strictObject({
          cursor: z.int().positive(),
          webhookId: z.string(),
          sessionId: z.string(),
          seq: z.int().positive(),
          path: z.string().meta({ description: 'The path of the backend that it is or was posted to.' }),
          state: callbackState,
          createdAt: z.iso.datetime(),
          body: z.record(z.string(), z.unknown()),
        })
        .meta({ id: 'StoredEvent' }),
    ),
    nextCursor: z.int().nonnegative(),
  }),
  statuses: { 200: 'The events after the cursor; the same cursor again if there are none.' },
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
  async handler({ callbacks }, { query, caller, context: { log } }) {
    const { readable, nextCursor } = await readableEvents({ callbacks, log }, query, caller.sessions ?? undefined);
    const data = readable.map(({ position, webhookId, sessionId, seq, kind, state, createdAtMs, body }) => ({
      ...{ cursor: position, webhookId, sessionId, seq, path: EVENT_PATHS[kind], state },
      createdAt: isoTime(createdAtMs),
      body: JSON.parse(bodyForBackend(kind, body)) as Record<string, unknown>,
    }));
    return ok({ data, nextCursor });
  },
});

/** The readable events of a page. An empty page would mean that there are no more, so a page without any is skipped. */
async function readableEvents(
  { callbacks, log }: { callbacks: CallbackArchive; log: Logger },
  page: Page,
  among?: readonly SessionId[],
): Promise<{ readable: ReadableEvent[]; nextCursor: number }> {
  const found = await callbacks.events(page, among);
  for (const { sessionId, webhookId, body } of found) {
    const mark = `[${sessionId}] [CALLBACK]`;
    if (body === null)
      log.error({ sessionId, webhookId }, `${mark} left out of /events: it was tampered with in the database`);
  }
  const readable = found.filter((each): each is ReadableEvent => each.body !== null);
  const nextCursor = found.at(-1)?.position ?? page.after;
  if (readable.length > 0 || found.length === 0) return { readable, nextCursor };
  return readableEvents({ callbacks, log }, { ...page, after: nextCursor }, among);
}
