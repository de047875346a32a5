import { z } from 'zod';
import { parseRecipient } from '../../domain/address.ts';
import type { HistoryPlace } from '../../domain/kept-message.ts';
import { typed } from '../typed.ts';
import { sessionParams, wholeNumber } from './common.ts';

const UNKNOWN_CHAT = 'is not a phone number with country code, nor a WhatsApp address';
const chat = z.string({ error: UNKNOWN_CHAT }).transform(typed(parseRecipient, UNKNOWN_CHAT)).meta({
  description: 'Digits with country code, or the WhatsApp address of a person or a group.',
  example: '5491122334455',
});

/** The path parameters of everything about one conversation. */
export const keptChatParams = z.object({ ...sessionParams.shape, chatId: chat });

/** The conversation in a query; without it, all of them. */
export const chatInQuery = chat.optional().meta({ description: 'Only of this conversation: a number, or an address.' });

const CURSOR = 'must be the "next" of an earlier response';

/** A place in a list, as responses name it. */
export function cursorOf({ atMs, id }: HistoryPlace): string {
  return `${atMs}-${id}`;
}

function placeOf(text: string): HistoryPlace | undefined {
  const [, atMs, id] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  return atMs === undefined || id === undefined ? undefined : { atMs: Number(atMs), id: Number(id) };
}

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

/** The query parameters of lists of messages. */
export const historyPage = {
  after: z
    .string({ error: CURSOR })
    .transform(typed(placeOf, CURSOR))
    .optional()
    .meta({ description: 'Goes on behind this place: the "next" of the response before.' }),
  limit: wholeNumber(`must be a whole number from 1 to ${MAX_PAGE}`, 1, MAX_PAGE)
    .default(DEFAULT_PAGE)
    .meta({ default: DEFAULT_PAGE, description: 'The maximum number of results.' }),
};

/** Where a list goes on. */
export const nextPlace = z.string().nullable().meta({
  description: 'For the parameter "after" of the next request; null when nothing follows.',
});

const text = z.string().nullable();

/** A message of the history. */
export const historyMessage = z
  .strictObject({
    message_id: z.string(),
    chat_id: z.string().meta({ description: 'The address of the conversation.' }),
    from_me: z.boolean(),
    sender_number: text.meta({ description: 'Null for own messages, and when only the LID is known.' }),
    sender_lid: text,
    sender_name: text.meta({ description: 'As it was when the message was kept.' }),
    group_name: text,
    timestamp: z.iso.datetime(),
    status: z.enum(['pending', 'sent', 'delivered', 'read', 'played', 'failed']).nullable().meta({
      description: 'Of messages that were sent over this API; otherwise null.',
    }),
    message_type: z.string().meta({ description: 'As in webhooks, or as in `POST …/messages`.' }),
    message_content: text,
    media: z
      .strictObject({ mimetype: text, size: z.number().nullable(), file_name: text, seconds: z.number().nullable() })
      .nullable(),
    quoted_message_id: text,
    edited_message_id: text,
    deleted_message_id: text,
    reaction: z.strictObject({ message_id: text, emoji: text }).nullable(),
    location: z
      .strictObject({
        ...{ latitude: z.number().nullable(), longitude: z.number().nullable(), name: text, address: text, url: text },
        accuracy_meters: z.number().nullable(),
      })
      .nullable(),
    contacts: z.array(z.strictObject({ name: text, numbers: z.array(z.string()) })),
    poll: z.strictObject({ name: text, options: z.array(z.string()) }).nullable(),
  })
  .meta({ id: 'HistoryMessage' });

/** A conversation of the history. */
export const historyChat = z
  .strictObject({
    chat_id: z.string(),
    is_group: z.boolean(),
    name: text.meta({ description: 'Of the person or the group, if known.' }),
    last_message: historyMessage,
  })
  .meta({ id: 'HistoryChat' });

/** A message of the history for the documentation. */
export const EXAMPLE_HISTORY_MESSAGE: z.infer<typeof historyMessage> = {
  message_id: '3EB0C767D097B7C7C1A5',
  chat_id: '5491122334455@s.whatsapp.net',
  from_me: false,
  sender_number: '5491122334455',
  sender_lid: '123456789012345@lid',
  sender_name: 'Ana',
  group_name: null,
  timestamp: '2024-01-15T10:30:00.000Z',
  status: null,
  message_type: 'text',
  message_content: '¿Tienen medialunas?',
  ...{ media: null, quoted_message_id: null, edited_message_id: null, deleted_message_id: null },
  ...{ reaction: null, location: null, contacts: [], poll: null },
};
