import { z } from 'zod';
import { APP_STATE_ERRORS, chatParams, messageParams } from '../../schemas/account-schemas.ts';
import { SESSION_REFUSALS, succeeded, timeText } from '../../schemas/common.ts';
import { ok, route } from '../../route.ts';

const REFUSALS = { ...SESSION_REFUSALS, chatId: 'invalid_number' } as const;
const ERRORS = [...APP_STATE_ERRORS, 'invalid_number', 'number_not_on_whatsapp'] as const;
const MESSAGE_REFUSALS = { ...SESSION_REFUSALS, messageId: 'message_not_found' } as const;
const done = z.strictObject({ success: succeeded });
const flag = z.boolean('must be true or false').optional();
const MUTED = 'must be a time such as 2024-01-15T10:30:00Z, "always", or null';

/** `PATCH /sessions/:sessionId/chats/:chatId`. */
export const changeChat = route({
  method: 'patch',
  path: '/sessions/:sessionId/chats/:chatId',
  scope: 'messages:send',
  summary: 'Archive, pin, mute or mark a chat',
  description:
    "Changes the chat on the account's phone and all its devices, as if it were done there; nobody else is told. Omitted fields " +
    'stay unchanged. Each field is one change, made in the order of the documentation: after an error, those before it are made. ' +
    'An archived chat is not pinned.',
  params: chatParams,
  body: z
    .object({
      archived: flag,
      pinned: flag,
      muted_until: z
        .union([z.literal('always'), timeText, z.null()], { error: MUTED })
        .optional()
        .meta({ description: '"always" mutes without end, null ends it.' }),
      unread: flag.meta({ description: 'Only a mark: true and false send no read receipts.' }),
    })
    .refine((change) => Object.values(change).some((value) => value !== undefined), {
      path: ['archived'],
      error: 'or "pinned", "muted_until" or "unread" is required',
    }),
  refusals: REFUSALS,
  answer: done,
  statuses: { 200: 'WhatsApp has the change.' },
  example: { body: { archived: true, muted_until: '2030-01-15T10:30:00Z' }, answer: { success: true } },
  errors: [...ERRORS, 'group_not_found'],
  async handler({ sessions }, { params: { sessionId, chatId }, body }) {
    const { archived, pinned, unread, muted_until: until } = body;
    const mutedUntilMs = until instanceof Date ? until.getTime() : until;
    const { chatStates } = await sessions.connection(sessionId);
    await chatStates.change(chatId, { archived, pinned, unread, mutedUntilMs });
    return ok({});
  },
});

/** `POST /sessions/:sessionId/chats/:chatId/clear`. */
export const clearChat = route({
  method: 'post',
  path: '/sessions/:sessionId/chats/:chatId/clear',
  scope: 'messages:send',
  summary: 'Clear a chat',
  description:
    "Removes every message up to now from the account's own phone and devices; the chat stays, and so do the messages at other " +
    'people. Starred messages go, too. Needs no body.',
  params: chatParams,
  refusals: REFUSALS,
  answer: done,
  statuses: { 200: 'WhatsApp has the change.' },
  example: { answer: { success: true } },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, chatId } }) {
    await (await sessions.connection(sessionId)).chatStates.clear(chatId);
    return ok({});
  },
});

/** `DELETE /sessions/:sessionId/chats/:chatId`. */
export const deleteChat = route({
  method: 'delete',
  path: '/sessions/:sessionId/chats/:chatId',
  scope: 'messages:send',
  summary: 'Delete a chat',
  description:
    "Removes the chat with everything in it from the account's own phone and devices. It leaves no group, and begins anew with the " +
    'next message.',
  params: chatParams,
  refusals: REFUSALS,
  answer: done,
  statuses: { 200: 'WhatsApp has the change.' },
  example: { answer: { success: true } },
  errors: ERRORS,
  async handler({ sessions }, { params: { sessionId, chatId } }) {
    await (await sessions.connection(sessionId)).chatStates.delete(chatId);
    return ok({});
  },
});

/** `POST /sessions/:sessionId/messages/:messageId/star`. */
export const starMessage = route({
  method: 'post',
  path: '/sessions/:sessionId/messages/:messageId/star',
  scope: 'messages:send',
  summary: 'Star a message, or no longer',
  description: "On the account's own phone and devices. Messages are known for two weeks.",
  params: messageParams,
  body: z.object({ starred: z.boolean('must be true or false') }),
  refusals: MESSAGE_REFUSALS,
  answer: done,
  statuses: { 200: 'WhatsApp has the change.' },
  example: { body: { starred: true }, answer: { success: true } },
  errors: [...APP_STATE_ERRORS, 'message_not_found'],
  async handler({ sessions }, { params: { sessionId, messageId }, body: { starred } }) {
    await (await sessions.connection(sessionId)).chatStates.star(messageId, starred);
    return ok({});
  },
});

/** `POST /sessions/:sessionId/messages/:messageId/delete-for-me`. */
export const deleteForMe = route({
  method: 'post',
  path: '/sessions/:sessionId/messages/:messageId/delete-for-me',
  scope: 'messages:send',
  summary: 'Delete a message for the account only',
  description:
    "Removes the message from the account's own phone and devices; everybody else keeps it. To delete an own message for all, send " +
    'a message of the type `delete`. Messages are known for two weeks.',
  params: messageParams,
  body: z.object({
    delete_media: z
      .boolean('must be true or false')
      .default(false)
      .meta({ description: 'Whether its file is removed from the phone, too.' }),
  }),
  refusals: MESSAGE_REFUSALS,
  answer: done,
  statuses: { 200: 'WhatsApp has the change.' },
  example: { body: { delete_media: true }, answer: { success: true } },
  errors: [...APP_STATE_ERRORS, 'message_not_found'],
  async handler({ sessions }, { params: { sessionId, messageId }, body }) {
    await (await sessions.connection(sessionId)).chatStates.deleteForMe(messageId, body.delete_media);
    return ok({});
  },
});
