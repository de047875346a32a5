import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import {
  EXAMPLE_GROUP,
  group,
  GROUP_REFUSALS,
  groupDescription,
  groupInBody,
  groupParams,
  groupSubject,
  linkedGroup,
  linkedGroupParams,
} from '../../schemas/group-schemas.ts';
import { groupView, linkedGroupView } from '../../views/group-view.ts';

const REFUSALS = { ...SESSION_REFUSALS, ...GROUP_REFUSALS };
const ERRORS = [...CONNECTION_ERRORS, 'group_not_found'] as const;
/** With its creator alone. */
const EXAMPLE_COMMUNITY: z.infer<typeof group> = {
  ...EXAMPLE_GROUP,
  group_id: '120363099999999999@g.us',
  subject: 'Vecinos',
  description: 'Todo el barrio',
  size: 1,
  is_community: true,
  participants: EXAMPLE_GROUP.participants.slice(0, 1),
};
const done = z.strictObject({ success: succeeded });

/** `POST /sessions/:sessionId/communities`. */
export const createCommunity = route({
  method: 'post',
  path: '/sessions/:sessionId/communities',
  scope: 'messages:send',
  summary: 'Create a community',
  description:
    'WhatsApp creates its group for announcements with it. With an Idempotency-Key, a repeated request returns the first answer and ' +
    'the community is created only once. After a whatsapp_timeout it may exist: check GET /sessions/:sessionId/groups before you ' +
    'retry. People come to a community by its groups: create them with "community_id", or link existing ones.',
  params: sessionParams,
  body: z.object({
    subject: groupSubject,
    description: groupDescription.default(null),
    join_approval: z
      .boolean('must be true or false')
      .default(true)
      .meta({ description: 'Whether admins decide about those who want to join groups that are created in it.' }),
  }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: group }),
  statuses: { 200: 'The new community.' },
  example: {
    body: { subject: 'Vecinos', description: 'Todo el barrio' },
    answer: { success: true, data: EXAMPLE_COMMUNITY },
  },
  errors: CONNECTION_ERRORS,
  idempotent: true,
  async handler({ sessions }, { params: { sessionId }, body: { subject, description, join_approval } }) {
    const { groups } = await sessions.connection(sessionId);
    const created = await groups.communities.create({ subject, description, joinApproval: join_approval });
    return ok({ data: groupView(created) });
  },
});

/** `GET /sessions/:sessionId/groups/:groupId/linked-groups`. */
export const linkedGroups = route({
  method: 'get',
  path: '/sessions/:sessionId/groups/:groupId/linked-groups',
  scope: 'sessions:read',
  summary: 'List the groups of a community',
  description:
    'For a community, or for any of its groups. "community_id" is null, and the list empty, for a group that belongs to none.',
  params: groupParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, community_id: z.string().nullable(), data: z.array(linkedGroup) }),
  statuses: { 200: 'The groups.' },
  example: {
    answer: {
      success: true,
      community_id: '120363099999999999@g.us',
      data: [{ group_id: '120363012345678901@g.us', subject: 'Ventas', is_announcements: false, size: 12 }],
    },
  },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, groupId } }) {
    const { groups } = await sessions.connection(sessionId);
    const community = await groups.communities.groupsOf(groupId);
    return ok({ community_id: community.communityId, data: community.groups.map(linkedGroupView) });
  },
});

/** `POST /sessions/:sessionId/groups/:groupId/linked-groups`. */
export const linkGroup = route({
  method: 'post',
  path: '/sessions/:sessionId/groups/:groupId/linked-groups',
  scope: 'messages:send',
  summary: 'Make a group part of a community',
  description: '":groupId" is the community; the account must be an admin of both.',
  params: groupParams,
  body: z.object({ group_id: groupInBody }),
  refusals: REFUSALS,
  answer: done,
  statuses: { 200: 'The group is part of the community.' },
  example: { body: { group_id: '120363012345678901@g.us' }, answer: { success: true } },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, groupId }, body }) {
    await (await sessions.connection(sessionId)).groups.communities.link(groupId, body.group_id);
    return ok({});
  },
});

/** `DELETE /sessions/:sessionId/groups/:groupId/linked-groups/:linkedGroupId`. */
export const unlinkGroup = route({
  method: 'delete',
  path: '/sessions/:sessionId/groups/:groupId/linked-groups/:linkedGroupId',
  scope: 'messages:send',
  summary: 'Take a group out of its community',
  description: '":groupId" is the community. The group itself stays.',
  params: linkedGroupParams,
  refusals: { ...REFUSALS, linkedGroupId: 'group_not_found' },
  answer: done,
  statuses: { 200: 'The group is no longer part of the community.' },
  example: { answer: { success: true } },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, groupId, linkedGroupId } }) {
    await (await sessions.connection(sessionId)).groups.communities.unlink(groupId, linkedGroupId);
    return ok({});
  },
});
