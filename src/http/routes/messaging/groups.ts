import { z } from 'zod';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
import {
  EXAMPLE_GROUP,
  EXAMPLE_RESULTS,
  group,
  GROUP_REFUSALS,
  groupChanges,
  groupInBody,
  groupParams,
  groupSubject,
  participantResult,
  participants,
} from '../../schemas/group-schemas.ts';
import { ok, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { groupUpdateOf, groupView, participantResultView } from '../../views/group-view.ts';

const REFUSALS = { ...SESSION_REFUSALS, ...GROUP_REFUSALS };
const GROUP_ERRORS = [...CONNECTION_ERRORS, 'group_not_found'] as const;
const groupAnswer = z.strictObject({ success: succeeded, data: group });

/** `GET /sessions/:sessionId/groups`. */
export const listGroups = route({
  method: 'get',
  path: '/sessions/:sessionId/groups',
  scope: 'sessions:read',
  summary: 'List all groups of the account',
  description: 'Every group that the account is in, read from WhatsApp in one query.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(group) }),
  statuses: { 200: 'The groups.' },
  example: { answer: { success: true, data: [EXAMPLE_GROUP] } },
  errors: CONNECTION_ERRORS,
  handler: async ({ sessions }, { params: { sessionId } }) =>
    ok({ data: (await (await sessions.connection(sessionId)).groups.list()).map(groupView) }),
});

/** `GET /sessions/:sessionId/groups/:groupId`. */
export const viewGroup = route({
  method: 'get',
  path: '/sessions/:sessionId/groups/:groupId',
  scope: 'sessions:read',
  summary: 'Get one group',
  description:
    'The group as WhatsApp knows it. It is queried at most once a minute; changes that WhatsApp announces take effect at once.',
  params: groupParams,
  refusals: REFUSALS,
  answer: groupAnswer,
  statuses: { 200: 'The group.' },
  example: { answer: { success: true, data: EXAMPLE_GROUP } },
  errors: GROUP_ERRORS,
  handler: async ({ sessions }, { params: { sessionId, groupId } }) =>
    ok({ data: groupView(await (await sessions.connection(sessionId)).groups.view(groupId)) }),
});

/** `POST /sessions/:sessionId/groups`. */
export const createGroup = route({
  method: 'post',
  path: '/sessions/:sessionId/groups',
  scope: 'messages:send',
  summary: 'Create a group',
  description:
    'Creates a group with the account and everybody who can be added; "results" has the outcome for each. With an ' +
    'Idempotency-Key, a repeated request returns the first answer and the group is created only once. After a ' +
    'whatsapp_timeout the group may exist: check GET /sessions/:sessionId/groups before you retry. With "community_id", ' +
    'the group belongs to that community.',
  params: sessionParams,
  body: z.object({ subject: groupSubject, participants, community_id: groupInBody.optional() }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: group, results: z.array(participantResult) }),
  statuses: { 200: 'The new group.' },
  example: {
    body: { subject: 'Ventas', participants: ['5491122334455', '5491133445566'] },
    answer: { success: true, data: EXAMPLE_GROUP, results: EXAMPLE_RESULTS },
  },
  errors: [...GROUP_ERRORS, 'number_not_on_whatsapp'],
  idempotent: true,
  async handler({ sessions }, { params: { sessionId }, body }) {
    const { groups } = await sessions.connection(sessionId);
    const created = await groups.create(body.subject, body.participants, body.community_id);
    return ok({ data: groupView(created.group), results: created.results.map(participantResultView) });
  },
});

/** `PATCH /sessions/:sessionId/groups/:groupId`. */
export const updateGroup = route({
  method: 'patch',
  path: '/sessions/:sessionId/groups/:groupId',
  scope: 'messages:send',
  summary: "Change a group's subject, description or settings",
  description:
    'Omitted fields stay unchanged; a description that is null or empty is removed. Each change is a request of its own at ' +
    'WhatsApp, in the order of the fields: when one is refused, those before it stay.',
  params: groupParams,
  body: groupChanges,
  refusals: REFUSALS,
  answer: groupAnswer,
  statuses: { 200: 'The group after the change.' },
  example: { body: { subject: 'Ventas', locked: true }, answer: { success: true, data: EXAMPLE_GROUP } },
  errors: GROUP_ERRORS,
  handler: async ({ sessions }, { params: { sessionId, groupId }, body }) =>
    ok({ data: groupView(await (await sessions.connection(sessionId)).groups.update(groupId, groupUpdateOf(body))) }),
});

/** `POST /sessions/:sessionId/groups/:groupId/participants`. */
export const changeParticipants = route({
  method: 'post',
  path: '/sessions/:sessionId/groups/:groupId/participants',
  scope: 'messages:send',
  summary: 'Add, remove, promote or demote participants',
  description:
    'Returns one result per participant, in the given order: the change can succeed for some and fail for others. People who ' +
    'need an invitation can be sent the invite link of the group.',
  params: groupParams,
  body: z.object({
    action: z.enum(['add', 'remove', 'promote', 'demote'], 'must be one of add, remove, promote, demote'),
    participants,
  }),
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(participantResult) }),
  statuses: { 200: 'The result for each, even if nothing changed.' },
  example: {
    body: { action: 'add', participants: ['5491122334455', '5491133445566'] },
    answer: { success: true, data: EXAMPLE_RESULTS },
  },
  errors: GROUP_ERRORS,
  async handler({ sessions }, { params: { sessionId, groupId }, body: { action, participants: people } }) {
    const { groups } = await sessions.connection(sessionId);
    return ok({ data: (await groups.change(groupId, action, people)).map(participantResultView) });
  },
});

/** `POST /sessions/:sessionId/groups/:groupId/leave`. */
export const leaveGroup = route({
  method: 'post',
  path: '/sessions/:sessionId/groups/:groupId/leave',
  scope: 'messages:send',
  summary: 'Leave a group',
  description: 'The group is no longer listed among those of the account. Needs no body.',
  params: groupParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'The account has left the group.' },
  example: { answer: { success: true } },
  errors: GROUP_ERRORS,
  async handler({ sessions }, { params: { sessionId, groupId } }) {
    await (await sessions.connection(sessionId)).groups.leave(groupId);
    return ok({});
  },
});
