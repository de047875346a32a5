import { z } from 'zod';
import { parseRecipient, type Recipient, jidOfNumber } from '../../../domain/address.ts';
import { AppError, type ErrorCode } from '../../../domain/errors.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { SessionsApi } from '../../core.ts';
import { ok, route } from '../../route.ts';
import { messageParams } from '../../schemas/account-schemas.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import { audience, MAX_AUDIENCE, statusPost } from '../../schemas/status-schemas.ts';

const ERRORS = [
  'session_not_found',
  'invalid_number',
  'session_not_connected',
  'number_not_on_whatsapp',
  'message_refused',
  'rate_limited',
  'message_not_sent',
  'whatsapp_timeout',
] as const satisfies ErrorCode[];

const REFUSALS = { ...SESSION_REFUSALS, contacts: 'invalid_number' } as const;
const answer = z.strictObject({ success: succeeded, messageId: z.string(), status: z.enum(['sent', 'pending']) });
const STATUSES = { 200: 'WhatsApp has accepted it ("sent"), or has not answered yet ("pending").' };
const EXAMPLE = { success: true, messageId: '3EB0C767D097B7C7C1A5', status: 'sent' } as const;
const WHO =
  'It is for "contacts", or for everybody in the address book of the phone (the people with a "saved_name" in GET …/contacts). Each of ' +
  'them has to have the number of the account saved, too, as always.';

/** `POST /sessions/:sessionId/status`. */
export const postStatus = route({
  method: 'post',
  path: '/sessions/:sessionId/status',
  scope: 'messages:send',
  summary: 'Post a status',
  description: `Posts a text, an image or a video for 24 hours. ${WHO} Answers and idempotency are the same as for a message.`,
  params: sessionParams,
  body: statusPost,
  files: true,
  refusals: { ...REFUSALS, text: 'invalid_message', caption: 'invalid_message', file: 'invalid_file' },
  answer,
  statuses: STATUSES,
  example: { body: { type: 'text', text: 'Hoy abrimos hasta las 22', background: '#1f7a4d' }, answer: EXAMPLE },
  errors: [...ERRORS, 'invalid_message', 'unsupported_media', 'media_not_uploaded'],
  idempotent: true,
  async handler({ sessions }, { params: { sessionId }, body, files, requestId, messageId }) {
    const { content, contacts, background } = body;
    await sessions.connection(sessionId);
    const opened = 'file' in content ? { ...content, file: await files.open(content.file) } : content;
    const status = { audience: contacts ?? (await savedContacts(sessions, sessionId)), background };
    const message = { to: null, content: opened, replyTo: null, mentions: [], status, messageId };
    const sent = await sessions.send(sessionId, message, requestId);
    return ok({ messageId: sent.messageId, status: sent.status });
  },
});

/** `POST /sessions/:sessionId/status/:messageId/delete`. */
export const deleteStatus = route({
  method: 'post',
  path: '/sessions/:sessionId/status/:messageId/delete',
  scope: 'messages:send',
  summary: 'Delete a status of the account',
  description:
    'Deletes it for everybody who saw it in "contacts": name the same people as when it was posted, or none if none were named then.',
  params: messageParams,
  body: z.object({ contacts: audience }).default({ contacts: null }),
  refusals: { ...REFUSALS, messageId: 'message_not_found' },
  answer,
  statuses: STATUSES,
  example: { body: { contacts: ['5491122334455'] }, answer: EXAMPLE },
  errors: [...ERRORS, 'message_not_found', 'message_not_suitable'],
  idempotent: true,
  async handler({ sessions }, { params, body: { contacts }, requestId, messageId }) {
    const { sessionId, messageId: posted } = params;
    await sessions.connection(sessionId);
    const status = { audience: contacts ?? (await savedContacts(sessions, sessionId)), background: null };
    const content = { type: 'delete', messageId: posted } as const;
    const message = { to: null, content, replyTo: null, mentions: [], status, messageId };
    const sent = await sessions.send(sessionId, message, requestId);
    return ok({ messageId: sent.messageId, status: sent.status });
  },
});

/** Everybody in the address book, as far as the session knows it. @throws AppError `number_not_on_whatsapp` when it knows nobody */
async function savedContacts(sessions: SessionsApi, sessionId: SessionId): Promise<Recipient[]> {
  const saved: Recipient[] = [];
  for (let after = ''; saved.length < MAX_AUDIENCE;) {
    const page = await sessions.contacts(sessionId, { after, limit: PAGE });
    // Whoever is in the address book has an account: WhatsApp is not asked for the numbers.
    for (const { person, savedName } of page) {
      const who = savedName === null ? undefined : parseRecipient(person);
      if (who) saved.push(who.kind === 'jid' ? who : { kind: 'jid', jid: jidOfNumber(who.number) });
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.person;
  }
  if (saved.length === 0) throw new AppError('number_not_on_whatsapp', { message: NOBODY });
  return saved.slice(0, MAX_AUDIENCE);
}

const PAGE = 500;
const NOBODY = 'Nobody is known from the address book of the phone: name the people in "contacts".';
