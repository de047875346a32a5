import { z } from 'zod';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
import { ok, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { callView } from '../../views/call-view.ts';

/** WhatsApp's own ids have 32 characters, but callers choose theirs freely. */
const MAX_ID_LENGTH = 512;

const EXAMPLE_CALL = {
  call_id: '0F1E2D3C4B5A69788796A5B4C3D2E1F0',
  number: '5491122334455',
  lid: '123456789012345@lid',
  is_video: false,
  started_at: '2024-01-15T10:30:00.000Z',
};

/** `GET /sessions/:sessionId/calls`. */
export const ringingCalls = route({
  method: 'get',
  path: '/sessions/:sessionId/calls',
  scope: 'sessions:read',
  summary: 'List the calls that ring now',
  description:
    'One-to-one calls that nobody has answered or ended yet, the oldest first. One that nobody answers is also a message of ' +
    'the type "call" when it ends.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({
    success: succeeded,
    data: z.array(
      z
        .strictObject({
          call_id: z.string(),
          number: z.string().nullable().meta({ description: 'Null when WhatsApp gave only a LID.' }),
          lid: z.string().nullable(),
          is_video: z.boolean(),
          started_at: z.iso.datetime(),
        })
        .meta({ id: 'RingingCall' }),
    ),
  }),
  statuses: { 200: 'The calls.' },
  example: { answer: { success: true, data: [EXAMPLE_CALL] } },
  errors: CONNECTION_ERRORS,
  async handler({ sessions }, { params: { sessionId } }) {
    const { calls } = await sessions.connection(sessionId);
    return ok({ data: calls.ringing().map(callView) });
  },
});

/** `POST /sessions/:sessionId/calls/:callId/reject`. */
export const rejectCall = route({
  method: 'post',
  path: '/sessions/:sessionId/calls/:callId/reject',
  scope: 'messages:send',
  summary: 'Reject a call',
  description:
    'Ends a call that rings, on all devices of the account; the caller sees it as declined. Your backend is told of it as of ' +
    'one that nobody answered. Needs no body.',
  params: z.object({
    ...sessionParams.shape,
    callId: z
      .string()
      .min(1)
      .max(MAX_ID_LENGTH)
      .meta({ description: 'As GET /sessions/:sessionId/calls returns it.', example: EXAMPLE_CALL.call_id }),
  }),
  refusals: { ...SESSION_REFUSALS, callId: 'call_not_found' },
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'The call was rejected.' },
  example: { answer: { success: true } },
  errors: [...CONNECTION_ERRORS, 'call_not_found'],
  async handler({ sessions }, { params: { sessionId, callId } }) {
    const { calls } = await sessions.connection(sessionId);
    await calls.reject(callId);
    return ok({});
  },
});
