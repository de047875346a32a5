import { z } from 'zod';
import { isoTime, isoTimeOrNull } from '../../../kit/clock.ts';
import { AppError } from '../../../domain/errors.ts';
import { bodyForBackend } from '../../../domain/session-profile.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import { EVENT_PATHS } from '../../../domain/event.ts';
import type { CallbackArchive, StoredCallback } from '../../../ports/callbacks.ts';
import { type Caller, maySee } from '../../access/caller.ts';
import type { Core } from '../../core.ts';
import { ok, route } from '../../route.ts';
import {
  callbackState,
  EXAMPLE_ID,
  numberInPath,
  pageQuery,
  sessionIdText,
  succeeded,
  timeText,
} from '../../schemas/common.ts';

/** A callback without its body. */
const callback = z
  .strictObject({
    id: z.int().positive(),
    webhookId: z.string().meta({ description: 'The header webhook-id: the same for every delivery attempt.' }),
    sessionId: z.string(),
    seq: z.int().positive().meta({ description: 'Its number within the session; there are no gaps.' }),
    event: z.string(),
    path: z.string().meta({ description: 'The path of the backend that it is posted to.' }),
    state: callbackState,
    attempts: z.int().nonnegative().meta({ description: 'The number of failed attempts.' }),
    createdAt: z.iso.datetime(),
    firstFailedAt: z.iso.datetime().nullable(),
    lastError: z.string().nullable(),
    settledAt: z.iso.datetime().nullable().meta({ description: 'When it was delivered or given up.' }),
  })
  .meta({ id: 'Callback' });

const EXAMPLE: z.infer<typeof callback> = {
  id: 4711,
  webhookId: 'message_Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3Jh',
  sessionId: EXAMPLE_ID,
  seq: 12,
  event: 'message-received',
  path: EVENT_PATHS['message-received'],
  state: 'dead',
  attempts: 5,
  createdAt: '2024-01-15T10:30:00.000Z',
  firstFailedAt: '2024-01-15T10:30:00.100Z',
  lastError: 'only this delivery fails: the backend answered 500',
  settledAt: '2024-01-15T10:31:00.000Z',
};

const body = z.record(z.string(), z.unknown()).nullable().meta({
  description: 'The body that is posted; null if it was tampered with in the encrypted database and cannot be read.',
});

const callbackParams = z.object({
  id: numberInPath('As returned by GET /callbacks.', EXAMPLE.id),
});
const REFUSALS = { id: 'callback_not_found' } as const;

/** `GET /callbacks`. */
export const listCallbacks = route({
  method: 'get',
  path: '/callbacks',
  scope: 'callbacks:manage',
  ownSessionsOnly: true,
  summary: 'List callbacks',
  description:
    'Pending callbacks, those delivered within CALLBACK_RETENTION (at least one day), and all that were given up ("dead"), the ' +
    'oldest first. For the next page, repeat the request with after=<nextAfter>.',
  query: z.object({
    state: callbackState.optional(),
    sessionId: sessionIdText.optional(),
    ...pageQuery,
  }),
  answer: z.strictObject({ success: succeeded, data: z.array(callback), nextAfter: z.int().nullable() }),
  statuses: { 200: 'A page of callbacks; nextAfter is null on the last one.' },
  example: { answer: { success: true, data: [EXAMPLE], nextAfter: null } },
  errors: ['invalid_query'],
  async handler({ callbacks }, { query: { state, sessionId, after, limit }, caller }) {
    if (sessionId !== undefined && !maySee(caller, sessionId)) return ok({ data: [], nextAfter: null });
    const filter = {
      ...(state !== undefined && { state }),
      ...(sessionId !== undefined && { sessionId }),
      ...(caller.sessions !== null && { among: caller.sessions }),
    };
    const found = await callbacks.list(filter, { after, limit });
    return ok({ data: found.map(viewOf), nextAfter: found.length < limit ? null : (found.at(-1)?.id ?? null) });
  },
});

/** `GET /callbacks/:id`. */
export const viewCallback = route({
  method: 'get',
  path: '/callbacks/:id',
  scope: 'callbacks:manage',
  ownSessionsOnly: true,
  summary: 'Get one callback',
  description: 'Returns one callback including its body.',
  params: callbackParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: callback.extend({ body }).meta({ id: 'StoredCallback' }) }),
  statuses: { 200: 'The callback.' },
  example: { answer: { success: true, data: { ...EXAMPLE, body: { session_id: EXAMPLE_ID } } } },
  errors: ['callback_not_found'],
  async handler({ callbacks }, { params, caller }) {
    const found = await find(callbacks, params.id, caller);
    return ok({
      data: { ...viewOf(found), body: found.body === null ? null : bodyIn(bodyForBackend(found.kind, found.body)) },
    });
  },
});

/** `POST /callbacks/:id/retry`. */
export const retryCallback = route({
  method: 'post',
  path: '/callbacks/:id/retry',
  scope: 'callbacks:manage',
  ownSessionsOnly: true,
  summary: 'Retry one callback now',
  description:
    'A pending callback is retried immediately. A dead one becomes pending again, ahead of everything newer in its session. ' +
    'Needs no body.',
  params: callbackParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: callback }),
  statuses: { 200: 'It will be retried; the response does not wait for that.' },
  example: { answer: { success: true, data: { ...EXAMPLE, state: 'pending', attempts: 0, settledAt: null } } },
  errors: ['callback_not_found', 'callback_not_repeatable'],
  sessionOf,
  async handler({ callbacks }, { params, caller }) {
    if (!(await callbacks.retry(params.id))) throw new AppError('callback_not_repeatable');
    return ok({ data: viewOf(await find(callbacks, params.id, caller)) });
  },
});

/** `POST /callbacks/:id/discard`. */
export const discardCallback = route({
  method: 'post',
  path: '/callbacks/:id/discard',
  scope: 'callbacks:manage',
  ownSessionsOnly: true,
  summary: 'Discard one callback',
  description:
    'A pending or dead callback becomes "unwanted": it is not posted any more, and the callbacks behind it go on. Only ' +
    'POST /callbacks/replay repeats it. Needs no body.',
  params: callbackParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: callback }),
  statuses: { 200: 'It is discarded. An attempt that is in flight may still reach the backend.' },
  example: {
    answer: { success: true, data: { ...EXAMPLE, state: 'unwanted', lastError: 'it was discarded by request' } },
  },
  errors: ['callback_not_found', 'callback_delivered'],
  sessionOf,
  async handler({ callbacks }, { params, caller }) {
    if (!(await callbacks.discard(params.id))) throw new AppError('callback_delivered');
    return ok({ data: viewOf(await find(callbacks, params.id, caller)) });
  },
});

/** `POST /callbacks/replay`. */
export const replayCallbacks = route({
  method: 'post',
  path: '/callbacks/replay',
  scope: 'callbacks:manage',
  ownSessionsOnly: true,
  summary: 'Replay the callbacks of a period',
  description:
    'All settled callbacks of the session whose events happened from "since" to "until" are posted again in their order, with ' +
    'the same webhook-id and number. QRs are left out: they are no longer valid.',
  body: z
    .object({ sessionId: sessionIdText, since: timeText, until: timeText })
    .refine(({ since, until }) => since <= until, { path: ['until'], error: 'must not be before "since"' }),
  answer: z.strictObject({ success: succeeded, count: z.int().nonnegative() }),
  statuses: { 200: 'The number of callbacks that will be posted again.' },
  example: {
    body: { sessionId: EXAMPLE_ID, since: '2024-01-15T10:00:00Z', until: '2024-01-15T11:00:00Z' },
    answer: { success: true, count: 3 },
  },
  errors: ['session_not_found'],
  sessionOf(_core, { body: { sessionId }, caller }) {
    if (!maySee(caller, sessionId)) throw new AppError('session_not_found');
    return sessionId;
  },
  async handler({ callbacks }, { body: { sessionId, since, until } }) {
    const span = { sessionId, sinceMs: since.getTime(), untilMs: until.getTime() };
    return ok({ count: await callbacks.replay(span) });
  },
});

/** The session of a callback: only its node posts it. */
async function sessionOf(
  { callbacks }: Pick<Core, 'callbacks'>,
  { params: { id }, caller }: { params: { id: number }; caller: Caller },
): Promise<SessionId> {
  return (await find(callbacks, id, caller)).sessionId;
}

async function find(callbacks: CallbackArchive, id: number, caller: Caller): Promise<StoredCallback> {
  const found = await callbacks.find(id);
  if (!found || !maySee(caller, found.sessionId)) throw new AppError('callback_not_found');
  return found;
}

function bodyIn(json: string): Record<string, unknown> {
  return JSON.parse(json) as Record<string, unknown>;
}

function viewOf(stored: StoredCallback): z.infer<typeof callback> {
  const { id, webhookId, sessionId, seq, kind, state, attempts, lastError } = stored;
  return {
    ...{ id, webhookId, sessionId, seq, event: kind, path: EVENT_PATHS[kind], state, attempts, lastError },
    createdAt: isoTime(stored.createdAtMs),
    firstFailedAt: isoTimeOrNull(stored.firstFailedAtMs),
    settledAt: isoTimeOrNull(stored.settledAtMs),
  };
}
