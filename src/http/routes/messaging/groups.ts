import { z } from 'zod';
import {
  EXAMPLE_GROUP,
  EXAMPLE_RESULTS,
  group,
  GROUP_REFUSALS,
  groupDescription,
  groupParams,
  groupSubject,
  CONNECTION_ERRORS,
  participantResult,
  participants,
} from '../../schemas/chat-schemas.ts';
import { ok, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { groupView, participantResultView } from '../../views/group-view.ts';

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
    'whatsapp_timeout the group may exist: check GET /sessions/:sessionId/groups before you retry.',
  params: sessionParams,
  body: z.object({ subject: groupSubject, participants }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: group, results: z.array(participantResult) }),
  statuses: { 200: 'The new group.' },
  example: {
    body: { subject: 'Ventas', participants: ['5491122334455', '5491133445566'] },
    answer: { success: true, data: EXAMPLE_GROUP, results: EXAMPLE_RESULTS },
  },
  errors: [...CONNECTION_ERRORS, 'number_not_on_whatsapp'],
  idempotent: true,
  async handler({ sessions }, { params: { sessionId }, body }) {
    const { groups } = await sessions.connection(sessionId);
    const created = await groups.create(body.subject, body.participants);
    return ok({ data: groupView(created.group), results: created.results.map(participantResultView) });
  },
});

/** `PATCH /sessions/:sessionId/groups/:groupId`. */
export const updateGroup = route({
  method: 'patch',
  path: '/sessions/:sessionId/groups/:groupId',
  scope: 'messages:send',
  summary: "Change a group's subject or description",
  description: 'Omitted fields stay unchanged; a description that is null or empty is removed.',
  params: groupParams,
  body: z
    .object({ subject: groupSubject.optional(), description: groupDescription.optional() })
    .refine(({ subject, description }) => (subject ?? description) !== undefined, {
      path: ['subject'],
      error: 'or "description" is required',
    }),
  refusals: REFUSALS,
  answer: groupAnswer,
  statuses: { 200: 'The group after the change.' },
  example: { body: { subject: 'Ventas' }, answer: { success: true, data: EXAMPLE_GROUP } },
  errors: GROUP_ERRORS,
  handler: async ({ sessions }, { params: { sessionId, groupId }, body }) =>
    ok({ data: groupView(await (await sessions.connection(sessionId)).groups.update(groupId, body)) }),
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

const CODE = 'BYWNEUCdFPO2fQhhXlqMyB';
const inviteAnswer = z.strictObject({ success: succeeded, code: z.string(), url: z.string() });
const EXAMPLE_INVITE = { success: true as const, ...linkOf(CODE) };

/** `GET /sessions/:sessionId/groups/:groupId/invite`. */
export const groupInvite = route({
  method: 'get',
  path: '/sessions/:sessionId/groups/:groupId/invite',
  scope: 'messages:send',
  summary: 'Get the invite link of a group',
  description: 'Only for group admins.',
  params: groupParams,
  refusals: REFUSALS,
  answer: inviteAnswer,
  statuses: { 200: 'The invite link.' },
  example: { answer: EXAMPLE_INVITE },
  errors: GROUP_ERRORS,
  handler: async ({ sessions }, { params: { sessionId, groupId } }) =>
    ok(linkOf(await (await sessions.connection(sessionId)).groups.invite(groupId))),
});

/** `POST /sessions/:sessionId/groups/:groupId/invite/revoke`. */
export const revokeInvite = route({
  method: 'post',
  path: '/sessions/:sessionId/groups/:groupId/invite/revoke',
  scope: 'messages:send',
  summary: 'Revoke the invite link of a group',
  description: 'Returns the new link. Only for group admins. Needs no body.',
  params: groupParams,
  refusals: REFUSALS,
  answer: inviteAnswer,
  statuses: { 200: 'The new invite link.' },
  example: { answer: EXAMPLE_INVITE },
  errors: GROUP_ERRORS,
  handler: async ({ sessions }, { params: { sessionId, groupId } }) =>
    ok(linkOf(await (await sessions.connection(sessionId)).groups.revokeInvite(groupId))),
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

function linkOf(code: string): { code: string; url: string } {
  return { code, url: `https://chat.whatsapp.com/${code}` };
}
