import { z } from 'zod';
import { type Draft, DRAFT_TTL_MS } from '../../../domain/draft.ts';
import { AppError, type ErrorCode } from '../../../domain/errors.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import { isoTime } from '../../../kit/clock.ts';
import { type Caller, maySee } from '../../access/caller.ts';
import type { Core } from '../../core.ts';
import { ok, route } from '../../route.ts';
import { EXAMPLE_ID, pageQuery, succeeded } from '../../schemas/common.ts';
import { SEND_ERRORS, sentAnswer } from '../../schemas/sent-answer.ts';
import { sendRequested } from '../../send-requested.ts';
import { shownMessage } from '../../stored-draft.ts';

const STATES = ['waiting', 'sending', 'sent', 'discarded'] as const satisfies readonly Draft['state'][];

const draft = z
  .strictObject({
    draftId: z.string(),
    sessionId: z.string(),
    keyId: z.string().meta({ description: 'The key that wrote it.' }),
    to: z
      .string()
      .nullable()
      .meta({ description: 'A number or an address; null for an action on an earlier message.' }),
    content: z.looseObject({ type: z.string() }).meta({ description: 'What would be sent, as it was requested.' }),
    replyTo: z.string().nullable(),
    messageId: z.string().meta({ description: 'The id that the message will have.' }),
    state: z.enum(STATES),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Draft' });

const EXAMPLE: z.infer<typeof draft> = {
  ...{ draftId: 'draft_4f7k2m9q1x8z3c6v', sessionId: EXAMPLE_ID, keyId: 'Zb3kQ9xY7mNp', to: '5491234567890' },
  ...{ content: { type: 'text', text: 'Hola desde WhatsApp!' }, replyTo: null, messageId: '3EB0C767D097B7C7C1A5' },
  ...{ state: 'waiting', createdAt: '2024-01-15T10:30:00.000Z', expiresAt: '2024-01-22T10:30:00.000Z' },
};

/** `GET /drafts`. */
export const listDrafts = route({
  method: 'get',
  path: '/drafts',
  scope: 'messages:send',
  ownSessionsOnly: true,
  summary: 'List drafts',
  description:
    'What keys with "approval" have sent, for a week, the oldest first. A key with "approval" or "recipients" sees its own drafts.',
  query: z.object({
    state: z.enum(STATES, { error: `must be one of ${STATES.join(', ')}` }).optional(),
    limit: pageQuery.limit,
  }),
  answer: z.strictObject({ success: succeeded, data: z.array(draft) }),
  statuses: { 200: 'The drafts.' },
  example: { query: { state: 'waiting' }, answer: { success: true, data: [EXAMPLE] } },
  errors: ['invalid_query'],
  async handler({ drafts }, { query: { state, limit }, caller }) {
    return ok({ data: (await drafts.list(caller, state, limit)).map(viewOf) });
  },
});

const draftParams = z.object({
  draftId: z.string().max(100).meta({ description: 'As returned by GET /drafts.', example: EXAMPLE.draftId }),
});
const refusals = { draftId: 'draft_not_found' } as const satisfies Record<string, ErrorCode>;

/** `POST /drafts/:draftId/approve`. */
export const approveDraft = route({
  method: 'post',
  path: '/drafts/:draftId/approve',
  scope: 'messages:send',
  ownSessionsOnly: true,
  summary: 'Approve a draft',
  description:
    'Sends the message, under the id that the draft has. If that fails, the draft waits again. A key with "approval" or "recipients" ' +
    'cannot approve. Needs no body.',
  params: draftParams,
  refusals,
  answer: sentAnswer,
  statuses: { 200: 'WhatsApp has accepted the message ("sent"), or has not answered yet ("pending").' },
  example: {
    answer: { success: true, messageId: EXAMPLE.messageId, status: 'sent', to: '5491234567890@s.whatsapp.net' },
  },
  errors: [
    ...(['draft_not_found', 'draft_decided', ...SEND_ERRORS] as const),
    ...(['invalid_file', 'url_not_allowed', 'url_not_reachable', 'file_too_large'] as const),
    ...(['message_not_found', 'message_not_suitable', 'unsupported_media', 'media_not_uploaded'] as const),
  ],
  sessionOf,
  handler: async (core, { params, files, requestId }) =>
    core.drafts.approve(params.draftId, async (message) => {
      const { sessionId } = await core.drafts.find(params.draftId);
      return ok(await sendRequested(core.sessions, { sessionId, message, files, requestId }));
    }),
});

/** `POST /drafts/:draftId/discard`. */
export const discardDraft = route({
  method: 'post',
  path: '/drafts/:draftId/discard',
  scope: 'messages:send',
  ownSessionsOnly: true,
  answeredBy: 'owner-or-storage',
  summary: 'Discard a draft',
  description: 'It is not sent. A key with "approval" or "recipients" cannot discard. Needs no body.',
  params: draftParams,
  refusals,
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'The draft is discarded.' },
  example: { answer: { success: true } },
  errors: ['draft_not_found', 'draft_decided'],
  sessionOf,
  async handler({ drafts }, { params }) {
    await drafts.discard(params.draftId);
    return ok({});
  },
});

/** The session of a draft: only its node sends. */
async function sessionOf(
  { drafts }: Pick<Core, 'drafts'>,
  { params: { draftId }, caller }: { params: { draftId: string }; caller: Caller },
): Promise<SessionId> {
  const { sessionId } = await drafts.find(draftId);
  if (!maySee(caller, sessionId)) throw new AppError('draft_not_found');
  return sessionId;
}

function viewOf(stored: Draft): z.infer<typeof draft> {
  const { to, content, replyTo, messageId } = shownMessage(stored);
  const { id, sessionId, keyId, state, createdAtMs } = stored;
  return {
    ...{ draftId: id, sessionId, keyId, state, to, content, replyTo, messageId },
    createdAt: isoTime(createdAtMs),
    expiresAt: isoTime(createdAtMs + DRAFT_TTL_MS),
  };
}
