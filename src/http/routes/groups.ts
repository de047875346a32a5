import { z } from 'zod';
import { EXAMPLE_GROUP, group, GROUP_REFUSALS, groupParams, LINE_ERRORS } from '../chat-schemas.ts';
import { ok, route } from '../route.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../schemas.ts';

const REFUSALS = { ...SESSION_REFUSALS, ...GROUP_REFUSALS };
const groupAnswer = z.strictObject({ success: succeeded, data: group });

/** `GET /sessions/:sessionId/groups`. */
export const listGroups = route({
  method: 'get',
  path: '/sessions/:sessionId/groups',
  summary: 'All groups of the account',
  description: 'Every group that the account is in, asked of WhatsApp in one question.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(group) }),
  statuses: { 200: 'The groups.' },
  example: { answer: { success: true, data: [EXAMPLE_GROUP] } },
  errors: LINE_ERRORS,
  handler: async ({ sessions }, { params: { sessionId } }) =>
    ok({ data: await (await sessions.line(sessionId)).groups.list() }),
});

/** `GET /sessions/:sessionId/groups/:groupId`. */
export const viewGroup = route({
  method: 'get',
  path: '/sessions/:sessionId/groups/:groupId',
  summary: 'One group',
  description:
    'As WhatsApp has it. It is asked at most once a minute; changes that WhatsApp tells of are seen at once.',
  params: groupParams,
  refusals: REFUSALS,
  answer: groupAnswer,
  statuses: { 200: 'The group.' },
  example: { answer: { success: true, data: EXAMPLE_GROUP } },
  errors: [...LINE_ERRORS, 'group_not_found'],
  handler: async ({ sessions }, { params: { sessionId, groupId } }) =>
    ok({ data: await (await sessions.line(sessionId)).groups.view(groupId) }),
});
