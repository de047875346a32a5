import { z } from 'zod';
import { maySee, maySeeNodes } from '../../access/caller.ts';
import { ok, route } from '../../route.ts';
import { labelText } from '../../schemas/profile-schemas.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import {
  EXAMPLE_SESSION,
  EXAMPLE_TIMELINE,
  session,
  sessionAnswer,
  timelineEntry,
} from '../../schemas/session-schemas.ts';
import { timelineView } from '../../views/timeline-view.ts';

/** `GET /sessions`. */
export const listSessions = route({
  method: 'get',
  path: '/sessions',
  scope: 'sessions:read',
  ownSessionsOnly: true,
  summary: 'List all sessions',
  description: 'Returns every session of the server, whatever its status, or those with a label.',
  query: z.object({ label: labelText.optional().meta({ description: 'Returns only the sessions with this label.' }) }),
  answer: z.strictObject({ success: succeeded, data: z.array(session) }),
  statuses: { 200: 'The sessions.' },
  example: { answer: { success: true, data: [EXAMPLE_SESSION] } },
  errors: ['invalid_query'],
  async handler({ sessions, sessionView }, { caller, query: { label } }) {
    const visible = (await sessions.list()).filter(
      ({ sessionId, profile }) =>
        maySee(caller, sessionId) && (label === undefined || profile?.labels.includes(label) === true),
    );
    return ok({ data: visible.map(sessionView) });
  },
});

/** `GET /sessions/:sessionId`. */
export const viewSession = route({
  method: 'get',
  path: '/sessions/:sessionId',
  scope: 'sessions:read',
  forToken: true,
  summary: 'Get one session',
  description:
    'Returns the current state of one session. With CLUSTER_NODE_ID, callers with a key that is not limited to some sessions ' +
    'also see the node that has it; null while it moves to another one.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: sessionAnswer.extend({
    node: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'Only with several nodes: the one that has the session.' }),
  }),
  statuses: { 200: 'The session.' },
  example: { answer: { success: true, data: EXAMPLE_SESSION } },
  errors: ['session_not_found'],
  answeredBy: 'owner-or-storage',
  async handler({ sessions, sessionView, nodeOf }, { params, caller }) {
    const data = sessionView(await sessions.view(params.sessionId));
    const node = maySeeNodes(caller) ? nodeOf(params.sessionId) : undefined;
    return ok({ data, ...(node !== undefined && { node }) });
  },
});

/** `GET /sessions/:sessionId/timeline`. */
export const sessionTimeline = route({
  method: 'get',
  path: '/sessions/:sessionId/timeline',
  scope: 'sessions:read',
  summary: "Get a session's timeline",
  description:
    'When and why the session connected, lost its connection and recovered, including outages of less than 10 s, which are ' +
    'not reported anywhere else. The oldest entry comes first; the newest 200 are kept, and an entry that would repeat the ' +
    'previous one is omitted.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(timelineEntry) }),
  statuses: { 200: 'The entries, the oldest first.' },
  example: { answer: { success: true, data: EXAMPLE_TIMELINE } },
  errors: ['session_not_found'],
  answeredBy: 'any-node',
  handler: async ({ sessions }, { params }) =>
    ok({ data: (await sessions.timeline(params.sessionId)).map(timelineView) }),
});

/** `POST /sessions/:sessionId/restart`. */
export const restartSession = route({
  method: 'post',
  path: '/sessions/:sessionId/restart',
  scope: 'sessions:create',
  summary: 'Reconnect a session',
  description:
    'Closes the connection and opens a new one. The account stays linked: the same credentials are used. Needs no body. Not ' +
    'possible while a pairing code is waiting to be typed: the code would not be valid on another connection.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: sessionAnswer,
  statuses: { 200: 'The session after the restart.' },
  example: { answer: { success: true, data: EXAMPLE_SESSION } },
  errors: ['session_not_found', 'session_logged_out', 'session_not_connected'],
  handler: async ({ sessions, sessionView }, { params }) =>
    ok({ data: sessionView(await sessions.restart(params.sessionId)) }),
});

/** `DELETE /sessions/:sessionId`. */
export const deleteSession = route({
  method: 'delete',
  path: '/sessions/:sessionId',
  scope: 'sessions:create',
  summary: 'Unlink the account and delete the session',
  description:
    'Logs the device out of WhatsApp if the session is connected, and deletes its credentials. Messages that the backend has ' +
    'not received yet are still delivered.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'The session is deleted.' },
  example: { answer: { success: true } },
  errors: ['session_not_found'],
  async handler({ sessions }, { params }) {
    await sessions.remove(params.sessionId);
    return ok({});
  },
});
