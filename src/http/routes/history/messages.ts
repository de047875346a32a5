import { z } from 'zod';
import { ok, route } from '../../route.ts';
import { CONNECTION_ERRORS } from '../../schemas/chat-schemas.ts';
import { SESSION_REFUSALS, sessionParams, succeeded } from '../../schemas/common.ts';
import {
  chatInQuery,
  EXAMPLE_HISTORY_MESSAGE,
  historyChat,
  historyMessage,
  historyPage,
  keptChatParams,
  nextPlace,
} from '../../schemas/history-schemas.ts';
import { cursorAt, historyChatView, historyMessageView, nextAfter } from '../../views/history-view.ts';

const CHAT_REFUSALS = { ...SESSION_REFUSALS, chatId: 'invalid_number' } as const;
const READ_ERRORS = ['session_not_found', 'history_not_kept', 'invalid_query'] as const;
const EXAMPLE_NEXT = '1705314600000-1024';

const messagesAnswer = z.strictObject({ success: succeeded, data: z.array(historyMessage), next: nextPlace });

/** `GET /sessions/:sessionId/chats`. */
export const listChats = route({
  method: 'get',
  path: '/sessions/:sessionId/chats',
  scope: 'messages:read',
  summary: 'List conversations',
  description:
    'The conversations of which messages are kept, with the last message of each; those with the newest ones first. A conversation of ' +
    'which everything has expired is not listed.',
  params: sessionParams,
  query: z.object(historyPage),
  refusals: SESSION_REFUSALS,
  answer: z.strictObject({ success: succeeded, data: z.array(historyChat), next: nextPlace }),
  statuses: { 200: 'The conversations.' },
  example: {
    query: { limit: '20' },
    answer: {
      success: true,
      data: [
        {
          ...{ chat_id: EXAMPLE_HISTORY_MESSAGE.chat_id, is_group: false, name: 'Ana' },
          last_message: EXAMPLE_HISTORY_MESSAGE,
        },
      ],
      next: EXAMPLE_NEXT,
    },
  },
  errors: READ_ERRORS,
  async handler({ history }, { params, query }) {
    const chats = await history.chats(params.sessionId, query);
    const lasts = chats.map(({ last }) => last);
    return ok({ data: chats.map(historyChatView), next: nextAfter(lasts, query.limit) });
  },
});

/** `GET /sessions/:sessionId/chats/:chatId/messages`. */
export const chatMessages = route({
  method: 'get',
  path: '/sessions/:sessionId/chats/:chatId/messages',
  scope: 'messages:read',
  summary: 'List the messages of a conversation',
  description:
    'The kept messages, the newest first. Edits, deletions, reactions and votes are messages of their own, as in webhooks: what ' +
    'somebody edited or deleted stays as it was.',
  params: keptChatParams,
  query: z.object(historyPage),
  refusals: CHAT_REFUSALS,
  answer: messagesAnswer,
  statuses: { 200: 'The messages; none of a conversation that is not known.' },
  example: {
    query: { limit: '20' },
    answer: { success: true, data: [EXAMPLE_HISTORY_MESSAGE], next: EXAMPLE_NEXT },
  },
  errors: [...READ_ERRORS, 'invalid_number'],
  async handler({ history }, { params: { sessionId, chatId }, query }) {
    const messages = await history.messages(sessionId, chatId, query);
    return ok({ data: messages.map(historyMessageView), next: nextAfter(messages, query.limit) });
  },
});

/** `DELETE /sessions/:sessionId/chats/:chatId/messages`. */
export const removeChatMessages = route({
  method: 'delete',
  path: '/sessions/:sessionId/chats/:chatId/messages',
  scope: 'sessions:create',
  summary: 'Remove kept messages of a conversation',
  description: 'Removes them from the history, for good. At WhatsApp, on the phone and at other people they stay.',
  params: keptChatParams,
  refusals: CHAT_REFUSALS,
  answer: z.strictObject({ success: succeeded, messages: z.int().nonnegative() }),
  statuses: { 200: 'How many messages were removed.' },
  example: { answer: { success: true, messages: 42 } },
  errors: ['session_not_found', 'invalid_number'],
  handler: async ({ history }, { params: { sessionId, chatId } }) =>
    ok({ messages: await history.removeChat(sessionId, chatId) }),
});

const MAX_ASKED = 50;
const ASKED = `must be a whole number from 1 to ${MAX_ASKED}`;

/** `POST /sessions/:sessionId/chats/:chatId/history`. */
export const askForHistory = route({
  method: 'post',
  path: '/sessions/:sessionId/chats/:chatId/history',
  scope: 'messages:read',
  summary: 'Ask the phone for older messages',
  description:
    'Asks the phone for messages from before the oldest one that is kept of the conversation. If it answers, they are kept within ' +
    'seconds, but for those that are older than the session keeps messages. It answers only while it is online.',
  params: keptChatParams,
  body: z.object({ count: z.int(ASKED).min(1, ASKED).max(MAX_ASKED, ASKED).default(MAX_ASKED) }),
  refusals: CHAT_REFUSALS,
  answer: z.strictObject({ success: succeeded }),
  statuses: { 200: 'The phone was asked.' },
  example: { body: { count: 50 }, answer: { success: true } },
  errors: [...CONNECTION_ERRORS, 'history_not_kept', 'invalid_number', 'number_not_on_whatsapp', 'message_not_found'],
  async handler({ history }, { params: { sessionId, chatId }, body }) {
    await history.askForOlder(sessionId, chatId, body.count);
    return ok({});
  },
});

const MAX_QUERY = 200;
const QUERY = `must be a text of 1 to ${MAX_QUERY} characters`;

/** `GET /sessions/:sessionId/search`. */
export const searchMessages = route({
  method: 'get',
  path: '/sessions/:sessionId/search',
  scope: 'messages:read',
  summary: 'Search kept messages',
  description:
    'The kept messages with all words of `q`, or parts of words, whatever their case and accents; the newest first. Texts, captions, ' +
    'file names, polls, places and contact cards are searched. Since messages may be encrypted, there is no index: a request reads at ' +
    'most 20,000 messages, for at most 3 s. While `next` is not null, there are older messages to search: repeat the request with it.',
  params: sessionParams,
  query: z.object({
    q: z
      .string(QUERY)
      .max(MAX_QUERY, QUERY)
      .refine((text) => text.trim() !== '', QUERY)
      .meta({ description: 'The words.', example: 'medialunas' }),
    chat: chatInQuery,
    ...historyPage,
  }),
  refusals: { ...SESSION_REFUSALS, chat: 'invalid_number' },
  answer: messagesAnswer,
  statuses: { 200: 'What was found until there was enough of it, or the request had taken long enough.' },
  example: {
    query: { q: 'medialunas' },
    answer: { success: true, data: [EXAMPLE_HISTORY_MESSAGE], next: null },
  },
  errors: [...READ_ERRORS, 'invalid_number'],
  async handler({ history }, { params, query: { q: words, ...query } }) {
    const { messages, next } = await history.search(params.sessionId, { ...query, query: words, chat: query.chat });
    return ok({ data: messages.map(historyMessageView), next: cursorAt(next) });
  },
});
