import { z } from 'zod';
import {
  EXAMPLE_GROUP,
  EXAMPLE_RESULTS,
  group,
  GROUP_REFUSALS,
  groupDescription,
  groupParams,
  groupSubject,
  LINE_ERRORS,
  participantResult,
  participants,
} from '../../schemas/chat-schemas.ts';
import { ok, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';

const REFUSALS = { ...SESSION_REFUSALS, ...GROUP_REFUSALS };
const GROUP_ERRORS = [...LINE_ERRORS, 'group_not_found'] as const;
const groupAnswer = z.strictObject({ success: succeeded, data: group });

/** `GET /sessions/:sessionId/groups`. */
export const listGroups = route({
  method: 'get',
  path: '/sessions/:sessionId/groups',
  scope: 'sessions:read',
  summary: 'All groups of the account',
  description: 'Every group that the account is in, asked of WhatsApp in one question.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(group) }),
  statuses: { 200: 'The groups.' },
  example: { answer: { success: true, data: [EXAMPLE_GROUP] } },
  errors: LINE_ERRORS,
  handler: async ({ sessions }, { params: { sessionId } }) =>
    ok({ data: await (await sessions.connection(sessionId)).groups.list() }),
});

/** `GET /sessions/:sessionId/groups/:groupId`. */
export const viewGroup = route({
  method: 'get',
  path: '/sessions/:sessionId/groups/:groupId',
  scope: 'sessions:read',
  summary: 'One group',
  description:
    'As WhatsApp has it. It is asked at most once a minute; changes that WhatsApp tells of are seen at once.',
  params: groupParams,
  refusals: REFUSALS,
  answer: groupAnswer,
  statuses: { 200: 'The group.' },
  example: { answer: { success: true, data: EXAMPLE_GROUP } },
  errors: GROUP_ERRORS,
  handler: async ({ sessions }, { params: { sessionId, groupId } }) =>
    ok({ data: await (await sessions.connection(sessionId)).groups.view(groupId) }),
});

/** `POST /sessions/:sessionId/groups`. */
export const createGroup = route({
  method: 'post',
  path: '/sessions/:sessionId/groups',
  scope: 'messages:send',
  summary: 'Make a group',
  description:
    'Of the account and those who can be added; "results" says what became of each. With an Idempotency-Key a repeated ' +
    'request gives the first answer, and the group is made once. After a whatsapp_timeout the group may have been made: ' +
    'look at GET /sessions/:sessionId/groups before trying again.',
  params: sessionParams,
  body: z.object({ subject: groupSubject, participants }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: group, results: z.array(participantResult) }),
  statuses: { 200: 'The group as it was made.' },
  example: {
    body: { subject: 'Ventas', participants: ['5491122334455', '5491133445566'] },
    answer: { success: true, data: EXAMPLE_GROUP, results: EXAMPLE_RESULTS },
  },
  errors: [...LINE_ERRORS, 'number_not_on_whatsapp'],
  idempotent: true,
  async handler({ sessions }, { params: { sessionId }, body }) {
    const { groups } = await sessions.connection(sessionId);
    const { group: data, results } = await groups.create(body.subject, body.participants);
    return ok({ data, results });
  },
});

/** `PATCH /sessions/:sessionId/groups/:groupId`. */
export const updateGroup = route({
  method: 'patch',
  path: '/sessions/:sessionId/groups/:groupId',
  scope: 'messages:send',
  summary: 'Change what a group is called, or is about',
  description: 'What is left out stays as it is; a description that is null or empty is removed.',
  params: groupParams,
  body: z
    .object({ subject: groupSubject.optional(), description: groupDescription.optional() })
    .refine(({ subject, description }) => (subject ?? description) !== undefined, {
      path: ['subject'],
      error: 'or "description" is needed',
    }),
  refusals: REFUSALS,
  answer: groupAnswer,
  statuses: { 200: 'The group as it is now.' },
  example: { body: { subject: 'Ventas' }, answer: { success: true, data: EXAMPLE_GROUP } },
  errors: GROUP_ERRORS,
  handler: async ({ sessions }, { params: { sessionId, groupId }, body }) =>
    ok({ data: await (await sessions.connection(sessionId)).groups.update(groupId, body) }),
});

/** `POST /sessions/:sessionId/groups/:groupId/participants`. */
export const changeParticipants = route({
  method: 'post',
  path: '/sessions/:sessionId/groups/:groupId/participants',
  scope: 'messages:send',
  summary: 'Add people to a group, remove them, make them admins or not',
  description:
    'One result for each, in their order: WhatsApp may do it to some and not to others. Who needs an invitation can be ' +
    'sent the link of the group.',
  params: groupParams,
  body: z.object({
    action: z.enum(['add', 'remove', 'promote', 'demote'], 'must be one of add, remove, promote, demote'),
    participants,
  }),
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(participantResult) }),
  statuses: { 200: 'What became of each, also when nothing was done.' },
  example: {
    body: { action: 'add', participants: ['5491122334455', '5491133445566'] },
    answer: { success: true, data: EXAMPLE_RESULTS },
  },
  errors: GROUP_ERRORS,
  async handler({ sessions }, { params: { sessionId, groupId }, body: { action, participants: people } }) {
    const { groups } = await sessions.connection(sessionId);
    return ok({ data: await groups.change(groupId, action, people) });
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
  summary: 'The link by which people come into a group',
  description: 'Only admins get it.',
  params: groupParams,
  refusals: REFUSALS,
  answer: inviteAnswer,
  statuses: { 200: 'The link.' },
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
  summary: 'Make the link of a group invalid',
  description: 'Answers with the new one. Only admins may. Needs no body.',
  params: groupParams,
  refusals: REFUSALS,
  answer: inviteAnswer,
  statuses: { 200: 'The new link.' },
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
  description: 'From then on it is not among the groups of the account. Needs no body.',
  params: groupParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'The account is not in the group any more.' },
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
