import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { APP_STATE_ERRORS, chatParams, messageParams } from '../../schemas/account-schemas.ts';
import { SESSION_REFUSALS, succeeded } from '../../schemas/common.ts';
import { labelField, labelParams } from '../../schemas/label-schemas.ts';

const { labelId } = labelParams.shape;
const CHAT_REFUSALS = { ...SESSION_REFUSALS, chatId: 'invalid_number', labelId: 'label_not_found' } as const;
const CHAT_ERRORS = [...APP_STATE_ERRORS, 'label_not_found', 'invalid_number', 'number_not_on_whatsapp'] as const;
const MESSAGE_REFUSALS = {
  ...SESSION_REFUSALS,
  messageId: 'message_not_found',
  labelId: 'label_not_found',
} as const;
const MESSAGE_ERRORS = [...APP_STATE_ERRORS, 'label_not_found', 'message_not_found'] as const;
const done = { answer: z.strictObject({ success: succeeded }), statuses: { 200: 'WhatsApp has the change.' } };
const EXAMPLE = { body: { label_id: '7' }, answer: { success: true as const } };

/** `POST /sessions/:sessionId/chats/:chatId/labels`. */
export const labelChat = route({
  method: 'post',
  path: '/sessions/:sessionId/chats/:chatId/labels',
  scope: 'messages:send',
  summary: 'Put a label on a chat',
  description: "On the account's own phone and devices. A chat that has it keeps it.",
  params: chatParams,
  body: labelField,
  refusals: { ...CHAT_REFUSALS, label_id: 'label_not_found' },
  ...done,
  example: EXAMPLE,
  errors: CHAT_ERRORS,
  async handler({ labels }, { params: { sessionId, chatId: chat }, body }) {
    await labels.labelChat(sessionId, body.label_id, { chat, isOn: true });
    return ok({});
  },
});

/** `DELETE /sessions/:sessionId/chats/:chatId/labels/:labelId`. */
export const unlabelChat = route({
  method: 'delete',
  path: '/sessions/:sessionId/chats/:chatId/labels/:labelId',
  scope: 'messages:send',
  summary: 'Take a label off a chat',
  description: 'A chat without it stays so.',
  params: z.object({ ...chatParams.shape, labelId }),
  refusals: CHAT_REFUSALS,
  ...done,
  example: { answer: EXAMPLE.answer },
  errors: CHAT_ERRORS,
  async handler({ labels }, { params: { sessionId, chatId: chat, labelId: from } }) {
    await labels.labelChat(sessionId, from, { chat, isOn: false });
    return ok({});
  },
});

/** `POST /sessions/:sessionId/messages/:messageId/labels`. */
export const labelMessage = route({
  method: 'post',
  path: '/sessions/:sessionId/messages/:messageId/labels',
  scope: 'messages:send',
  summary: 'Put a label on a message',
  description: "On the account's own phone and devices. Messages are known for two weeks.",
  params: messageParams,
  body: labelField,
  refusals: { ...MESSAGE_REFUSALS, label_id: 'label_not_found' },
  ...done,
  example: EXAMPLE,
  errors: MESSAGE_ERRORS,
  async handler({ labels }, { params: { sessionId, messageId }, body }) {
    await labels.labelMessage(sessionId, body.label_id, { messageId, isOn: true });
    return ok({});
  },
});

/** `DELETE /sessions/:sessionId/messages/:messageId/labels/:labelId`. */
export const unlabelMessage = route({
  method: 'delete',
  path: '/sessions/:sessionId/messages/:messageId/labels/:labelId',
  scope: 'messages:send',
  summary: 'Take a label off a message',
  description: 'Messages are known for two weeks.',
  params: z.object({ ...messageParams.shape, labelId }),
  refusals: MESSAGE_REFUSALS,
  ...done,
  example: { answer: EXAMPLE.answer },
  errors: MESSAGE_ERRORS,
  async handler({ labels }, { params: { sessionId, messageId, labelId: from } }) {
    await labels.labelMessage(sessionId, from, { messageId, isOn: false });
    return ok({});
  },
});
