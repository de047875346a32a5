import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { EXAMPLE_RISK, sessionRisk } from '../../schemas/risk-schemas.ts';
import { riskView } from '../../views/risk-view.ts';

/** `GET /sessions/:sessionId/risk`. */
export const viewRisk = route({
  method: 'get',
  path: '/sessions/:sessionId/risk',
  scope: 'sessions:read',
  summary: 'Get what WhatsApp may restrict or ban an account for',
  description:
    'How the account behaves as WhatsApp sees it: conversations begun and answered, messages, what WhatsApp refused, and its ' +
    'limits; a level with its reasons; and our own limits that apply, with the warm-up plan and the slowdown. WhatsApp does not ' +
    'publish how it judges, so a low level is no promise.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: sessionRisk }),
  statuses: { 200: 'The risk of the session.' },
  example: { answer: { success: true, data: EXAMPLE_RISK } },
  errors: ['session_not_found'],
  answeredBy: 'owner-or-storage',
  handler: async ({ sessions }, { params }) => ok({ data: riskView(await sessions.risk(params.sessionId)) }),
});
