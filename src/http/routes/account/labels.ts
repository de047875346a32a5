import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { APP_STATE_ERRORS } from '../../schemas/account-schemas.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import {
  EXAMPLE_LABEL,
  EXAMPLE_PLACE,
  label,
  labelChange,
  labeledChat,
  labeledMessage,
  labeledPage,
  labelParams,
  labelView,
  newLabel,
  nextLabeled,
  nextOf,
  placeView,
} from '../../schemas/label-schemas.ts';

const REFUSALS = { ...SESSION_REFUSALS, labelId: 'label_not_found' } as const;
const ERRORS = [...APP_STATE_ERRORS, 'label_not_found'] as const;
const PAGE_ERRORS = ['session_not_found', 'label_not_found', 'invalid_query'] as const;
const oneLabel = z.strictObject({ success: succeeded, data: label });

/** `GET /sessions/:sessionId/labels`. */
export const listLabels = route({
  method: 'get',
  path: '/sessions/:sessionId/labels',
  scope: 'sessions:read',
  summary: 'List the labels of the account',
  description:
    'The labels with which WhatsApp Business sorts chats and messages, as the phone has told them; an account of the ordinary app has ' +
    'lists in their place, or nothing. The labels of a session, by which GET /sessions finds it, are something else.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(label) }),
  statuses: { 200: 'The labels, in the order of their ids.' },
  example: { answer: { success: true, data: [EXAMPLE_LABEL] } },
  errors: ['session_not_found'],
  answeredBy: 'owner-or-storage',
  handler: async ({ labels }, { params }) => ok({ data: (await labels.list(params.sessionId)).map(labelView) }),
});

/** `POST /sessions/:sessionId/labels`. */
export const createLabel = route({
  method: 'post',
  path: '/sessions/:sessionId/labels',
  scope: 'messages:send',
  summary: 'Create a label',
  description:
    "On the account's phone and all its devices; nobody else sees it. WhatsApp Business shows 20. With an Idempotency-Key, a repeated " +
    'request returns the first answer and the label is created only once.',
  params: sessionParams,
  body: newLabel,
  refusals: SESSION_REFUSALS,
  answer: oneLabel,
  statuses: { 200: 'WhatsApp has the label.' },
  example: { body: { name: 'Pagado', color: 3 }, answer: { success: true, data: EXAMPLE_LABEL } },
  errors: APP_STATE_ERRORS,
  idempotent: true,
  async handler({ labels }, { params: { sessionId }, body }) {
    return ok({ data: labelView(await labels.create(sessionId, body)) });
  },
});

/** `PATCH /sessions/:sessionId/labels/:labelId`. */
export const changeLabel = route({
  method: 'patch',
  path: '/sessions/:sessionId/labels/:labelId',
  scope: 'messages:send',
  summary: 'Give a label another name or color',
  description: 'Omitted fields stay as they are.',
  params: labelParams,
  body: labelChange,
  refusals: REFUSALS,
  answer: oneLabel,
  statuses: { 200: 'WhatsApp has the change.' },
  example: { body: { color: 3 }, answer: { success: true, data: EXAMPLE_LABEL } },
  errors: ERRORS,
  async handler({ labels }, { params: { sessionId, labelId }, body: { name, color } }) {
    const change = { ...(name !== undefined && { name }), ...(color !== undefined && { color }) };
    return ok({ data: labelView(await labels.change(sessionId, labelId, change)) });
  },
});

/** `DELETE /sessions/:sessionId/labels/:labelId`. */
export const deleteLabel = route({
  method: 'delete',
  path: '/sessions/:sessionId/labels/:labelId',
  scope: 'messages:send',
  summary: 'Delete a label',
  description: 'Takes it off every chat and message, too.',
  params: labelParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'WhatsApp has the change.' },
  example: { answer: { success: true } },
  errors: ERRORS,
  async handler({ labels }, { params: { sessionId, labelId } }) {
    await labels.delete(sessionId, labelId);
    return ok({});
  },
});

/** `GET /sessions/:sessionId/labels/:labelId/chats`. */
export const labeledChats = route({
  method: 'get',
  path: '/sessions/:sessionId/labels/:labelId/chats',
  scope: 'sessions:read',
  summary: 'List the chats that have a label',
  description: 'As the phone has told them, and as they were labeled here.',
  params: labelParams,
  query: z.object(labeledPage),
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(labeledChat), next: nextLabeled }),
  statuses: { 200: 'The chats, in the order of their addresses.' },
  example: { answer: { success: true, data: [EXAMPLE_PLACE], next: null } },
  errors: PAGE_ERRORS,
  async handler({ labels }, { params: { sessionId, labelId }, query: { after, limit } }) {
    const items = await labels.items(sessionId, { labelId, of: 'chats', after, limit });
    return ok({ data: items.map(placeView), next: nextOf(items, limit) });
  },
});

/** `GET /sessions/:sessionId/labels/:labelId/messages`. */
export const labeledMessages = route({
  method: 'get',
  path: '/sessions/:sessionId/labels/:labelId/messages',
  scope: 'sessions:read',
  summary: 'List the messages that have a label',
  description: 'Their ids, and whose chats they are in.',
  params: labelParams,
  query: z.object(labeledPage),
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(labeledMessage), next: nextLabeled }),
  statuses: { 200: 'The messages, in the order of their chats.' },
  example: {
    answer: { success: true, data: [{ ...EXAMPLE_PLACE, message_id: '3EB0C767D097B7C7C1A5' }], next: null },
  },
  errors: PAGE_ERRORS,
  async handler({ labels }, { params: { sessionId, labelId }, query: { after, limit } }) {
    const items = await labels.items(sessionId, { labelId, of: 'messages', after, limit });
    const data = items.map((item) => ({ ...placeView(item), message_id: item.messageId ?? '' }));
    return ok({ data, next: nextOf(items, limit) });
  },
});
