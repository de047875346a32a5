import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
import { SESSION_REFUSALS, succeeded } from '../../schemas/common.ts';
import {
  GROUP_REFUSALS,
  groupInBody,
  groupParams,
  linkedGroup,
  linkedGroupParams,
} from '../../schemas/group-schemas.ts';
import { linkedGroupView } from '../../views/group-view.ts';

const REFUSALS = { ...SESSION_REFUSALS, ...GROUP_REFUSALS };
const ERRORS = [...CONNECTION_ERRORS, 'group_not_found'] as const;
const done = z.strictObject({ success: succeeded });

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
