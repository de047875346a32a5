import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
import { SESSION_REFUSALS, succeeded } from '../../schemas/common.ts';
import {
  EXAMPLE_RESULTS,
  GROUP_REFUSALS,
  groupParams,
  joinRequest,
  participantResult,
  participants,
} from '../../schemas/group-schemas.ts';
import { joinRequestView, participantResultView } from '../../views/group-view.ts';

const REFUSALS = { ...SESSION_REFUSALS, ...GROUP_REFUSALS };
const ERRORS = [...CONNECTION_ERRORS, 'group_not_found'] as const;

const [ANA] = EXAMPLE_RESULTS;
const EXAMPLE_REQUEST = {
  number: ANA?.number ?? null,
  lid: ANA?.lid ?? null,
  method: 'invite_link' as const,
  requested_at: '2024-01-15T10:30:00.000Z',
};

/** `GET /sessions/:sessionId/groups/:groupId/requests`. */
export const joinRequests = route({
  method: 'get',
  path: '/sessions/:sessionId/groups/:groupId/requests',
  scope: 'messages:send',
  summary: 'List those who want to join a group',
  description: 'Only for group admins, who decide about newcomers where "join_approval" is true.',
  params: groupParams,
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(joinRequest) }),
  statuses: { 200: 'Who waits.' },
  example: { answer: { success: true, data: [EXAMPLE_REQUEST] } },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, groupId } }) {
    const { groups } = await sessions.connection(sessionId);
    return ok({ data: (await groups.joinRequests.list(groupId)).map(joinRequestView) });
  },
});

/** `POST /sessions/:sessionId/groups/:groupId/requests`. */
export const decideRequests = route({
  method: 'post',
  path: '/sessions/:sessionId/groups/:groupId/requests',
  scope: 'messages:send',
  summary: 'Admit or reject those who want to join a group',
  description:
    'Returns one result per person, in the given order; somebody who does not wait has the reason "no_request". Only for group ' +
    'admins.',
  params: groupParams,
  body: z.object({ action: z.enum(['approve', 'reject'], 'must be approve or reject'), participants }),
  refusals: REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(participantResult) }),
  statuses: { 200: 'The result for each, even if nothing changed.' },
  example: {
    body: { action: 'approve', participants: ['5491122334455'] },
    answer: { success: true, data: EXAMPLE_RESULTS.slice(0, 1) },
  },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, groupId }, body: { action, participants: people } }) {
    const { groups } = await sessions.connection(sessionId);
    return ok({ data: (await groups.joinRequests.decide(groupId, action, people)).map(participantResultView) });
  },
});
