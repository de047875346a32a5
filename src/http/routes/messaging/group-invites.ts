import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
import { SESSION_REFUSALS, succeeded } from '../../schemas/common.ts';
import {
  EXAMPLE_INVITED,
  GROUP_REFUSALS,
  groupParams,
  INVITE_REFUSALS,
  invitedGroup,
  inviteParams,
} from '../../schemas/group-schemas.ts';
import { groupFactsView } from '../../views/group-view.ts';

const REFUSALS = { ...SESSION_REFUSALS, ...GROUP_REFUSALS };
const BY_CODE = { ...SESSION_REFUSALS, ...INVITE_REFUSALS };
const GROUP_ERRORS = [...CONNECTION_ERRORS, 'group_not_found'] as const;
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
    ok(linkOf(await (await sessions.connection(sessionId)).groups.invites.code(groupId))),
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
    ok(linkOf(await (await sessions.connection(sessionId)).groups.invites.revoke(groupId))),
});

/** `GET /sessions/:sessionId/group-invites/:code`. */
export const viewInvite = route({
  method: 'get',
  path: '/sessions/:sessionId/group-invites/:code',
  scope: 'messages:send',
  summary: 'Look at a group by its invite link',
  description: 'What WhatsApp shows of the group to somebody who has the link, without joining it.',
  params: inviteParams,
  refusals: BY_CODE,
  answer: z.strictObject({ success: succeeded, data: invitedGroup }),
  statuses: { 200: 'The group.' },
  example: { answer: { success: true, data: EXAMPLE_INVITED } },
  errors: [...CONNECTION_ERRORS, 'invite_not_valid'],
  handler: async ({ sessions }, { params: { sessionId, code } }) =>
    ok({ data: groupFactsView(await (await sessions.connection(sessionId)).groups.invites.view(code)) }),
});

/** `POST /sessions/:sessionId/group-invites/:code/join`. */
export const joinGroup = route({
  method: 'post',
  path: '/sessions/:sessionId/group-invites/:code/join',
  scope: 'messages:send',
  summary: 'Join a group by its invite link',
  description:
    'Where admins decide about newcomers, the account waits for them: "joined" is false then. An account that is in the group ' +
    'already stays in it. Needs no body.',
  params: inviteParams,
  refusals: BY_CODE,
  answer: z.strictObject({ success: succeeded, group_id: z.string(), joined: z.boolean() }),
  statuses: { 200: 'The account is in the group, or waits for its admins.' },
  example: { answer: { success: true, group_id: EXAMPLE_INVITED.group_id, joined: true } },
  errors: [...CONNECTION_ERRORS, 'invite_not_valid', 'group_full'],
  async handler({ sessions }, { params: { sessionId, code } }) {
    const { groups } = await sessions.connection(sessionId);
    const { groupId, joined } = await groups.invites.join(code);
    return ok({ group_id: groupId, joined });
  },
});

function linkOf(code: string): { code: string; url: string } {
  return { code, url: `https://chat.whatsapp.com/${code}` };
}
