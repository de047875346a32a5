import { z } from 'zod';
import type { DeadLetter, Subscription, SubscriptionCounts, SubscriptionSpec } from '../../../domain/subscription.ts';
import { isoTime } from '../../../kit/clock.ts';
import type { AttemptResult } from '../../../ports/subscriptions.ts';
import type { Core } from '../../core.ts';
import { ok, route } from '../../route.ts';
import { EXAMPLE_ID, numberInPath, pageQuery, sessionIdText, succeeded, timeText } from '../../schemas/common.ts';
import { attempt, deadLetter, newWebhook, webhook, webhookChange } from '../../schemas/webhook-schemas.ts';

const EXAMPLE: z.infer<typeof webhook> = {
  webhookId: 'sub_4f7k2m9q1x8z3c6v',
  name: 'the shop',
  url: 'https://shop.example.com/whatsapp',
  events: ['message-received'],
  sessions: null,
  headers: ['Authorization'],
  paused: false,
  createdAt: '2024-01-15T10:30:00.000Z',
  pending: 0,
  oldestPendingSeconds: 0,
  deadLettered: 0,
};

const EXAMPLE_LETTER: z.infer<typeof deadLetter> = {
  id: 12,
  eventId: 'message_Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3Jh',
  sessionId: EXAMPLE_ID,
  event: 'message-received',
  error: 'the receiver refuses it: the receiver answered 422',
  at: '2024-01-15T10:31:00.000Z',
};

const params = z.object({
  webhookId: z.string().meta({ description: 'As returned by GET /webhooks.', example: EXAMPLE.webhookId }),
});
const letterParams = params.extend({
  id: numberInPath('Of the dead letter.', EXAMPLE_LETTER.id),
});
const REFUSALS = { id: 'callback_not_found' } as const;

/** `POST /webhooks`. */
export const createWebhook = route({
  method: 'post',
  path: '/webhooks',
  scope: 'admin',
  summary: 'Create a webhook',
  description:
    'From now on, events are posted to this URL too, in order within each session, at least once, and whatever becomes of the main ' +
    'backend and of other webhooks. The secret is only shown in this response.',
  body: newWebhook,
  answer: z.strictObject({ success: succeeded, secret: z.string(), data: webhook }),
  statuses: { 200: 'The new webhook.' },
  example: {
    body: { url: EXAMPLE.url, name: EXAMPLE.name, events: EXAMPLE.events, headers: { Authorization: 'Bearer secret' } },
    answer: { success: true, secret: 'whsec_...', data: EXAMPLE },
  },
  errors: ['url_not_allowed', 'too_many_webhooks'],
  async handler({ webhooks, newSecret }, { body: { paused: isPaused, secret = newSecret(), headers = {}, ...spec } }) {
    const created = await webhooks.create({ ...spec, headers, secret, isPaused });
    return ok({ secret, data: await viewOf(webhooks, created) });
  },
});

/** `GET /webhooks`. */
export const listWebhooks = route({
  method: 'get',
  path: '/webhooks',
  scope: 'admin',
  summary: 'List all webhooks',
  description: 'The oldest first, with what each has yet to receive.',
  answer: z.strictObject({ success: succeeded, data: z.array(webhook) }),
  statuses: { 200: 'The webhooks.' },
  example: { answer: { success: true, data: [EXAMPLE] } },
  errors: [],
  async handler({ webhooks }) {
    return ok({ data: await Promise.all(webhooks.list().map((each) => viewOf(webhooks, each))) });
  },
});

/** `GET /webhooks/:webhookId`. */
export const viewWebhook = route({
  method: 'get',
  path: '/webhooks/:webhookId',
  scope: 'admin',
  summary: 'Get one webhook',
  description: 'Its specification, without secrets, and what it has yet to receive.',
  params,
  answer: z.strictObject({ success: succeeded, data: webhook }),
  statuses: { 200: 'The webhook.' },
  example: { answer: { success: true, data: EXAMPLE } },
  errors: ['webhook_not_found'],
  async handler({ webhooks }, { params: { webhookId } }) {
    return ok({ data: await viewOf(webhooks, webhooks.find(webhookId)) });
  },
});

/** `PATCH /webhooks/:webhookId`. */
export const changeWebhook = route({
  method: 'patch',
  path: '/webhooks/:webhookId',
  scope: 'admin',
  summary: 'Change a webhook',
  description:
    'Fields that are missing stay as they are; "headers" replaces all headers. A paused webhook receives nothing; continued, it ' +
    'receives what it has missed, as far as that is still stored (CALLBACK_RETENTION).',
  params,
  body: webhookChange,
  answer: z.strictObject({ success: succeeded, data: webhook }),
  statuses: { 200: 'The webhook as it is now.' },
  example: { body: { paused: true }, answer: { success: true, data: { ...EXAMPLE, paused: true } } },
  errors: ['webhook_not_found', 'url_not_allowed'],
  async handler({ webhooks }, { params: { webhookId }, body: { paused, ...rest } }) {
    const change = { ...rest, ...(paused !== undefined && { isPaused: paused }) } as Partial<SubscriptionSpec>;
    return ok({ data: await viewOf(webhooks, await webhooks.change(webhookId, change)) });
  },
});

/** `DELETE /webhooks/:webhookId`. */
export const deleteWebhook = route({
  method: 'delete',
  path: '/webhooks/:webhookId',
  scope: 'admin',
  summary: 'Delete a webhook',
  description: 'Nothing more is posted to it, and its dead letters are forgotten.',
  params,
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'It is deleted. An attempt that is in flight may still reach its receiver.' },
  example: { answer: { success: true } },
  errors: ['webhook_not_found'],
  async handler({ webhooks }, { params: { webhookId } }) {
    await webhooks.remove(webhookId);
    return ok({});
  },
});

/** `POST /webhooks/:webhookId/test`. */
export const testWebhook = route({
  method: 'post',
  path: '/webhooks/:webhookId/test',
  scope: 'admin',
  summary: 'Send a test event',
  description:
    'Posts an event of type "test" once, also to a paused webhook, and returns how the receiver answered. Needs no body.',
  params,
  answer: attempt,
  statuses: { 200: 'The outcome of the attempt.' },
  example: { answer: { success: true, accepted: true, status: null, error: null, durationMs: 41 } },
  errors: ['webhook_not_found'],
  handler: async ({ webhooks }, { params: { webhookId } }) => ok(outcomeOf(await webhooks.test(webhookId))),
});

/** `GET /webhooks/:webhookId/dead-letters`. */
export const listDeadLetters = route({
  method: 'get',
  path: '/webhooks/:webhookId/dead-letters',
  scope: 'admin',
  summary: "List a webhook's dead letters",
  description:
    'The events that were given up: refused, failed for CALLBACK_POISON_AFTER, or older than CALLBACK_RETENTION. The oldest first. ' +
    'They are kept as long as events are.',
  params,
  query: z.object(pageQuery),
  answer: z.strictObject({ success: succeeded, data: z.array(deadLetter), nextAfter: z.int().nullable() }),
  statuses: { 200: 'A page of dead letters; nextAfter is null on the last one.' },
  example: { answer: { success: true, data: [EXAMPLE_LETTER], nextAfter: null } },
  errors: ['webhook_not_found', 'invalid_query'],
  async handler({ webhooks }, { params: { webhookId }, query: { after, limit } }) {
    const found = await webhooks.deadLetters(webhookId, { after, limit });
    return ok({ data: found.map(letterView), nextAfter: found.length < limit ? null : (found.at(-1)?.id ?? null) });
  },
});

/** `POST /webhooks/:webhookId/dead-letters/:id/retry`. */
export const retryDeadLetter = route({
  method: 'post',
  path: '/webhooks/:webhookId/dead-letters/:id/retry',
  scope: 'admin',
  summary: 'Retry a dead letter now',
  description: 'Posts it once, and forgets it when the receiver accepts it. Needs no body.',
  params: letterParams,
  refusals: REFUSALS,
  answer: attempt,
  statuses: { 200: 'The outcome of the attempt.' },
  example: { answer: { success: true, accepted: true, status: null, error: null, durationMs: 41 } },
  errors: ['webhook_not_found', 'callback_not_found', 'callback_not_repeatable'],
  handler: async ({ webhooks }, { params: { webhookId, id } }) => ok(outcomeOf(await webhooks.retry(webhookId, id))),
});

/** `POST /webhooks/:webhookId/dead-letters/:id/discard`. */
export const discardDeadLetter = route({
  method: 'post',
  path: '/webhooks/:webhookId/dead-letters/:id/discard',
  scope: 'admin',
  summary: 'Discard a dead letter',
  description: 'Forgets it. Needs no body.',
  params: letterParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'It is forgotten.' },
  example: { answer: { success: true } },
  errors: ['webhook_not_found', 'callback_not_found'],
  async handler({ webhooks }, { params: { webhookId, id } }) {
    await webhooks.discard(webhookId, id);
    return ok({});
  },
});

/** `POST /webhooks/:webhookId/replay`. */
export const replayWebhook = route({
  method: 'post',
  path: '/webhooks/:webhookId/replay',
  scope: 'admin',
  summary: 'Replay the events of a session',
  description:
    'The webhook goes back to the first stored event of the session from "since" on, and receives that and all later ones again, in ' +
    'their order and with the same webhook-id and number. QRs that are no longer valid are left out.',
  params,
  body: z.object({
    sessionId: sessionIdText,
    since: timeText,
  }),
  answer: z.strictObject({ success: succeeded, count: z.int().nonnegative() }),
  statuses: { 200: 'The number of stored events from then on, whether the webhook wants them or not.' },
  example: {
    body: { sessionId: EXAMPLE_ID, since: '2024-01-15T10:00:00Z' },
    answer: { success: true, count: 3 },
  },
  errors: ['webhook_not_found'],
  sessionOf: (_core, { body: { sessionId } }) => sessionId,
  async handler({ webhooks }, { params: { webhookId }, body: { sessionId, since } }) {
    return ok({ count: await webhooks.replay(webhookId, sessionId, since.getTime()) });
  },
});

async function viewOf(
  webhooks: Core['webhooks'],
  { id, createdAtMs, isPaused, headers, events, sessions, name, url }: Subscription,
): Promise<z.infer<typeof webhook>> {
  const counts: SubscriptionCounts = await webhooks.counts(id);
  return {
    ...{ webhookId: id, name, url, events: events && [...events], sessions: sessions && [...sessions] },
    ...{ headers: Object.keys(headers), paused: isPaused, createdAt: isoTime(createdAtMs) },
    ...counts,
  };
}

function letterView({ id, webhookId, sessionId, kind, error, atMs }: DeadLetter): z.infer<typeof deadLetter> {
  return { id, eventId: webhookId, sessionId, event: kind, error, at: isoTime(atMs) };
}

function outcomeOf({ isAccepted, status, error, durationMs }: AttemptResult) {
  return { accepted: isAccepted, status, error, durationMs };
}
