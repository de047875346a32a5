import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { contactParams } from '../../schemas/chat-schemas.ts';
import { SESSION_REFUSALS, succeeded } from '../../schemas/common.ts';

const count = (description: string) => z.int().nonnegative().meta({ description });

const removed = {
  success: succeeded,
  messages: count('Kept messages that were removed.'),
  sent: count('Messages sent to them in the last two weeks.'),
  others: count('Names, timers, votes and conversations.'),
  scheduled: count('Scheduled messages to them; those that waited are not sent.'),
  drafts: count('Drafts to them.'),
};
const EXAMPLE = { success: true, messages: 42, sent: 3, others: 2, scheduled: 1, drafts: 0 } as const;

const WHAT =
  'the conversation and what they wrote in groups, messages sent to them, those scheduled and drafts to them, their name, disappearing ' +
  'timer and votes. Webhooks, downloaded files and the keys of encryption stay until they expire; docs/history.md says for how ' +
  'long. Others keep their copies.';

/** `DELETE /people/:contactId`. */
export const forgetPersonEverywhere = route({
  method: 'delete',
  path: '/people/:contactId',
  scope: 'sessions:create',
  summary: 'Forget a person everywhere',
  description:
    'Removes what all sessions have of a person, whichever node runs them, under every number and LID that any of them knows: ' +
    `${WHAT} When it fails, repeat it.`,
  params: contactParams.omit({ sessionId: true }),
  refusals: { contactId: 'invalid_number' },
  answer: z.strictObject({ ...removed, sessions: count('The sessions that were looked at.') }),
  statuses: { 200: 'How much was removed, in all sessions together.' },
  example: { answer: { ...EXAMPLE, sessions: 12 } },
  errors: ['invalid_number'],
  handler: async ({ people }, { params }) => ok(await people.everywhere(params.contactId)),
});

/** `DELETE /sessions/:sessionId/people/:contactId`. */
export const forgetPerson = route({
  method: 'delete',
  path: '/sessions/:sessionId/people/:contactId',
  scope: 'sessions:create',
  summary: 'Forget a person',
  description: `Removes what the session has of a person, under the number and the LID: ${WHAT}`,
  params: contactParams,
  refusals: { ...SESSION_REFUSALS, contactId: 'invalid_number' },
  answer: z.strictObject(removed),
  statuses: { 200: 'How much was removed.' },
  example: { answer: EXAMPLE },
  errors: ['session_not_found', 'invalid_number'],
  handler: async ({ people }, { params }) => ok(await people.in(params.sessionId, params.contactId)),
});
