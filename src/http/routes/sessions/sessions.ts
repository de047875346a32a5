import { z } from 'zod';
import { maySee } from '../../access/caller.ts';
import { ok, route } from '../../route.ts';
import {
  EXAMPLE_SESSION,
  EXAMPLE_TIMELINE,
  session,
  SESSION_REFUSALS,
  sessionAnswer,
  sessionParams,
  succeeded,
  timelineEntry,
} from '../../schemas/common.ts';

/** `GET /sessions`. */
export const listSessions = route({
  method: 'get',
  path: '/sessions',
  scope: 'sessions:read',
  ownSessionsOnly: true,
  summary: 'All sessions',
  description: 'Every session that the server holds, whatever its status.',
  answer: z.strictObject({ success: succeeded, data: z.array(session) }),
  statuses: { 200: 'The sessions.' },
  example: { answer: { success: true, data: [EXAMPLE_SESSION] } },
  errors: [],
  handler: ({ sessions }, { caller }) => ok({ data: sessions.list().filter((view) => maySee(caller, view.sessionId)) }),
});

/** `GET /sessions/:sessionId`. */
export const viewSession = route({
  method: 'get',
  path: '/sessions/:sessionId',
  scope: 'sessions:read',
  forToken: true,
  summary: 'One session',
  description: 'How one session is now.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: sessionAnswer,
  statuses: { 200: 'The session.' },
  example: { answer: { success: true, data: EXAMPLE_SESSION } },
  errors: ['session_not_found'],
  handler: ({ sessions }, { params }) => ok({ data: sessions.view(params.sessionId) }),
});

/** `GET /sessions/:sessionId/timeline`. */
export const sessionTimeline = route({
  method: 'get',
  path: '/sessions/:sessionId/timeline',
  scope: 'sessions:read',
  summary: 'What happened to one session',
  description:
    'When and why it connected, lost its line and was repaired, also within the 10 s in which nobody else is told. The ' +
    'oldest first; the newest 200 notes are kept, and what the last one says already is not said again.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(timelineEntry) }),
  statuses: { 200: 'The notes, the oldest first.' },
  example: { answer: { success: true, data: EXAMPLE_TIMELINE } },
  errors: ['session_not_found'],
  handler: async ({ sessions }, { params }) => ok({ data: await sessions.timeline(params.sessionId) }),
});

/** `POST /sessions/:sessionId/restart`. */
export const restartSession = route({
  method: 'post',
  path: '/sessions/:sessionId/restart',
  scope: 'sessions:create',
  summary: 'Close the line and open it again',
  description:
    'The account stays linked: the same credentials are used. Needs no body. Not for a session that waits for its pairing ' +
    'code to be typed: the code would be worth nothing on another line.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: sessionAnswer,
  statuses: { 200: 'The session as it is now.' },
  example: { answer: { success: true, data: EXAMPLE_SESSION } },
  errors: ['session_not_found', 'session_logged_out', 'session_not_connected'],
  handler: async ({ sessions }, { params }) => ok({ data: await sessions.restart(params.sessionId) }),
});

/** `DELETE /sessions/:sessionId`. */
export const deleteSession = route({
  method: 'delete',
  path: '/sessions/:sessionId',
  scope: 'sessions:create',
  summary: 'Unlink the account and forget the session',
  description:
    'Logs the device out at WhatsApp where a line is open and removes its credentials. Messages that the backend has ' +
    'not received yet are still delivered to it.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'The session is gone.' },
  example: { answer: { success: true } },
  errors: ['session_not_found'],
  async handler({ sessions }, { params }) {
    await sessions.remove(params.sessionId);
    return ok({});
  },
});
