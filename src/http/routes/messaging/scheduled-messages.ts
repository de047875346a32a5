import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { SCHEDULED_STATES, type ScheduledMessage } from '../../../domain/scheduled-message.ts';
import { isoTime, isoTimeOrNull } from '../../../kit/clock.ts';
import { Base64File } from '../../files/base64-file.ts';
import { UploadedFile } from '../../files/file-field.ts';
import { type FileOpener, ok, route } from '../../route.ts';
import {
  pageQuery,
  SESSION_REFUSALS,
  sessionIdText,
  sessionParams,
  succeeded,
  timeText,
} from '../../schemas/common.ts';
import { outgoingMessage, type RequestedMessage } from '../../schemas/message-schemas.ts';
import { parse } from '../../validate.ts';
import { MESSAGE_REFUSALS } from './messages.ts';

/** Documented as a message, and kept as it was sent: it is parsed by the handler, and again when it is due. */
const keptMessage = z.union([z.unknown().transform((raw) => ({ raw })), outgoingMessage]) as z.ZodType<{
  raw: unknown;
}>;

const scheduledMessage = z
  .strictObject({
    messageId: z.string().meta({ description: 'The id under which it is sent, as in its status updates.' }),
    sendAt: z.string(),
    state: z.enum(SCHEDULED_STATES).meta({
      description: 'What became of it: "sent" when WhatsApp has it, "failed" when it was given up.',
    }),
    message: z.unknown().meta({ description: 'The message as it was requested.' }),
    attempts: z.int().meta({ description: 'How often sending it failed.' }),
    error: z.string().nullable().meta({ description: 'The code of the latest failure.' }),
    errorMessage: z.string().nullable(),
    createdAt: z.string(),
    settledAt: z.string().nullable().meta({ description: 'When it was sent, canceled or given up.' }),
  })
  .meta({ id: 'ScheduledMessage' });

const EXAMPLE_MESSAGE = { type: 'text', number: '5491234567890', text: 'Tu turno es mañana a las 10' };
const EXAMPLE: z.infer<typeof scheduledMessage> = {
  messageId: '3EB0C767D097B7C7C1A5',
  sendAt: '2027-01-15T10:30:00.000Z',
  state: 'scheduled',
  message: EXAMPLE_MESSAGE,
  attempts: 0,
  error: null,
  errorMessage: null,
  createdAt: '2027-01-14T09:00:00.000Z',
  settledAt: null,
};

const params = z.object({
  sessionId: sessionIdText,
  messageId: z
    .string()
    .max(128)
    .meta({ description: 'As returned when it was scheduled.', example: EXAMPLE.messageId }),
});
const answer = z.strictObject({ success: succeeded, data: scheduledMessage });
const REFUSALS = { ...SESSION_REFUSALS, messageId: 'message_not_found' } as const;

/** `POST /sessions/:sessionId/scheduled-messages`. */
export const scheduleMessage = route({
  method: 'post',
  path: '/sessions/:sessionId/scheduled-messages',
  scope: 'messages:send',
  summary: 'Send a message later',
  description:
    'Takes any message of POST /sessions/{sessionId}/messages, and the time from which it is sent, in the pace and within the limits of ' +
    'the session. It is stored, and survives restarts. A file is named by its URL, and fetched when the message is due.',
  params: sessionParams,
  body: z.object({
    send_at: timeText.meta({ description: 'At most a year from now.', example: EXAMPLE.sendAt }),
    message: keptMessage,
  }),
  refusals: SESSION_REFUSALS,
  answer,
  statuses: { 200: 'It is stored.' },
  example: { body: { send_at: EXAMPLE.sendAt, message: EXAMPLE_MESSAGE }, answer: { success: true, data: EXAMPLE } },
  errors: [
    'session_not_found',
    'invalid_number',
    'invalid_message',
    'invalid_file',
    'url_not_allowed',
    'message_type_not_shown',
    'message_id_used',
    'too_many_scheduled_messages',
  ],
  idempotent: true,
  async handler({ scheduled }, { params: { sessionId }, body: { send_at, message }, files, messageId }) {
    const requested = parse(outgoingMessage, message.raw, MESSAGE_REFUSALS, 'message');
    checkFile(requested, files);
    const body = JSON.stringify(message.raw);
    const request = { body, sendAtMs: send_at.getTime(), ownId: requested.ownId, messageId };
    return ok({ data: viewOf(await scheduled.schedule(sessionId, request)) });
  },
});

/** `GET /sessions/:sessionId/scheduled-messages`. */
export const listScheduledMessages = route({
  method: 'get',
  path: '/sessions/:sessionId/scheduled-messages',
  scope: 'messages:send',
  summary: 'List scheduled messages',
  description:
    'Those that wait, and those that were sent, canceled or given up in the last two weeks, in the order in which they were scheduled.',
  params: sessionParams,
  query: z.object({
    ...pageQuery,
    state: z.enum(SCHEDULED_STATES, `must be one of ${SCHEDULED_STATES.join(', ')}`).optional(),
  }),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({
    success: succeeded,
    data: z.array(scheduledMessage),
    nextAfter: z.int().nullable().meta({ description: 'The "after" of the next page; null on the last one.' }),
  }),
  statuses: { 200: 'The messages.' },
  example: {
    query: { state: 'scheduled' },
    answer: { success: true, data: [EXAMPLE], nextAfter: null },
  },
  errors: ['session_not_found'],
  answeredBy: 'owner-or-storage',
  async handler({ scheduled }, { params: { sessionId }, query: { state, after, limit } }) {
    const found = await scheduled.list(sessionId, { state, after, limit });
    const last = found.at(-1);
    return ok({ data: found.map(viewOf), nextAfter: last && found.length === limit ? last.id : null });
  },
});

/** `GET /sessions/:sessionId/scheduled-messages/:messageId`. */
export const viewScheduledMessage = route({
  method: 'get',
  path: '/sessions/:sessionId/scheduled-messages/:messageId',
  scope: 'messages:send',
  summary: 'Get one scheduled message',
  description: 'What it says, and what became of it.',
  params,
  refusals: REFUSALS,
  answer,
  statuses: { 200: 'The message.' },
  example: { answer: { success: true, data: EXAMPLE } },
  errors: ['session_not_found', 'message_not_found'],
  answeredBy: 'owner-or-storage',
  async handler({ scheduled }, { params: { sessionId, messageId } }) {
    return ok({ data: viewOf(await scheduled.find(sessionId, messageId)) });
  },
});

/** `DELETE /sessions/:sessionId/scheduled-messages/:messageId`. */
export const cancelScheduledMessage = route({
  method: 'delete',
  path: '/sessions/:sessionId/scheduled-messages/:messageId',
  scope: 'messages:send',
  summary: 'Cancel a scheduled message',
  description: 'It is not sent. What was sent, or is just being sent, cannot be canceled.',
  params,
  refusals: REFUSALS,
  answer,
  statuses: { 200: 'It is canceled.' },
  example: {
    answer: { success: true, data: { ...EXAMPLE, state: 'canceled', settledAt: '2027-01-14T09:05:00.000Z' } },
  },
  errors: ['session_not_found', 'message_not_found', 'message_not_suitable'],
  async handler({ scheduled }, { params: { sessionId, messageId } }) {
    return ok({ data: viewOf(await scheduled.cancel(sessionId, messageId)) });
  },
});

/** Only a URL lasts until the message is due. */
function checkFile({ content }: RequestedMessage, files: FileOpener): void {
  if (!('file' in content)) return;
  const { file } = content;
  if (file instanceof Base64File || file instanceof UploadedFile) {
    throw new AppError('invalid_file', { message: 'A scheduled message names its file by {"url": "…"}.' });
  }
  files.checkUrl(file.url);
}

function viewOf(scheduled: ScheduledMessage): z.infer<typeof scheduledMessage> {
  const { messageId, sendAtMs, state, body, attempts, failure, createdAtMs, settledAtMs } = scheduled;
  return {
    ...{ messageId, sendAt: isoTime(sendAtMs), state, message: JSON.parse(body) as unknown, attempts },
    ...{ error: failure?.code ?? null, errorMessage: failure?.message ?? null },
    ...{ createdAt: isoTime(createdAtMs), settledAt: isoTimeOrNull(settledAtMs) },
  };
}
