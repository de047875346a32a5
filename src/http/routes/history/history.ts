import { z } from 'zod';
import type { HistorySetting } from '../../../sessions/history/session-history.ts';
import type { HistoryMessage } from '../../../domain/kept-message.ts';
import { ok, route } from '../../route.ts';
import { NDJSON, sendLines } from '../../responses/send-lines.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { chatInQuery, EXAMPLE_HISTORY_MESSAGE } from '../../schemas/history-schemas.ts';
import { historyMessageView } from '../../views/history-view.ts';

const MAX_DAYS = 3_650;
const DAYS = `must be a whole number from 0 to ${MAX_DAYS}, or null`;

const setting = z.strictObject({
  success: succeeded,
  days: z.int().nonnegative().meta({ description: '0 keeps nothing.' }),
  is_default: z.boolean().meta({ description: 'Whether that is what HISTORY_DAYS says.' }),
  messages: z.int().nonnegative().meta({ description: 'How many it keeps, counted up to 100,000.' }),
});

const settingView = ({ days, isOwn, messages }: HistorySetting) => ok({ days, is_default: !isOwn, messages });

/** `GET /sessions/:sessionId/history`. */
export const viewHistory = route({
  method: 'get',
  path: '/sessions/:sessionId/history',
  scope: 'sessions:read',
  summary: 'Get how long messages are kept',
  description: 'Messages are kept only where somebody asked for it: by HISTORY_DAYS, or for this session.',
  params: sessionParams,
  refusals: SESSION_REFUSALS,
  answer: setting,
  statuses: { 200: 'For how many days the session keeps messages.' },
  example: { answer: { success: true, days: 30, is_default: false, messages: 4711 } },
  errors: ['session_not_found'],
  handler: async ({ history }, { params }) => settingView(await history.setting(params.sessionId)),
});

/** `PATCH /sessions/:sessionId/history`. */
export const changeHistory = route({
  method: 'patch',
  path: '/sessions/:sessionId/history',
  scope: 'sessions:create',
  summary: 'Keep messages, or no longer',
  description:
    'Keeps the messages of this session for so many days after they were sent: those received, those sent, and those that the phone ' +
    'tells after a pairing. What is older is removed, at once by this request and then every hour; 0 removes everything.',
  params: sessionParams,
  body: z.object({
    days: z
      .int(DAYS)
      .min(0, DAYS)
      .max(MAX_DAYS, DAYS)
      .nullable()
      .meta({ description: 'null follows HISTORY_DAYS, which is 0 by default: nothing.' }),
  }),
  refusals: SESSION_REFUSALS,
  answer: setting,
  statuses: { 200: 'For how many days the session keeps messages from now on.' },
  example: { body: { days: 30 }, answer: { success: true, days: 30, is_default: false, messages: 4711 } },
  errors: ['session_not_found'],
  handler: async ({ history }, { params, body }) => settingView(await history.set(params.sessionId, body.days)),
});

/** `GET /sessions/:sessionId/history/export`. */
export const exportHistory = route({
  method: 'get',
  path: '/sessions/:sessionId/history/export',
  scope: 'messages:read',
  mediaType: NDJSON,
  summary: 'Export kept messages',
  description:
    'All kept messages of the session, or of one conversation, the newest first: one JSON object on each line, in the form of the ' +
    'lists. Files are not part of it. A response that breaks off is not complete.',
  params: sessionParams,
  query: z.object({ chat: chatInQuery }),
  refusals: { ...SESSION_REFUSALS, chat: 'invalid_number' },
  answer: z.string(),
  statuses: { 200: 'The messages, as application/x-ndjson.' },
  example: { answer: `${JSON.stringify(EXAMPLE_HISTORY_MESSAGE)}\n` },
  errors: ['session_not_found', 'history_not_kept', 'invalid_number', 'invalid_query'],
  async handler({ history }, { params, query, caller }) {
    const pages = await history.export(params.sessionId, query.chat);
    return { status: 200, body: '', stream: (res) => sendLines(res, viewed(pages), () => caller.isExpired()) };
  },
});

async function* viewed(pages: AsyncIterable<HistoryMessage[]>): AsyncGenerator<object[]> {
  for await (const page of pages) yield page.map(historyMessageView);
}
