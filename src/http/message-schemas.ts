import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import { type OutgoingContent, type OutgoingMessage } from '../domain/outgoing.ts';
import { cards, emoji, messageId, outgoingText, place, poll, recipient } from './message-fields.ts';

const MAX_MENTIONS = 1_024;

const addressed = {
  number: recipient,
  reply_to: messageId.nullable().default(null).meta({ description: 'The id of the message that it answers.' }),
  mentions: z
    .array(recipient, 'must be a list of phone numbers')
    .max(MAX_MENTIONS, `must have at most ${MAX_MENTIONS} phone numbers`)
    .default([])
    .meta({ description: 'The people whom the text names as "@<number>".' }),
};

/** Something that is done to an earlier message, in its own conversation. */
const changed = (content: OutgoingContent): OutgoingMessage => ({ to: null, content, replyTo: null, mentions: [] });

const withContent = (content: OutgoingContent, { number, reply_to, mentions }: Addressed): OutgoingMessage => ({
  to: number,
  content,
  replyTo: reply_to,
  mentions,
});

type Addressed = z.output<z.ZodObject<typeof addressed>>;

/** What WhatsApp's apps draw only for messages of its business servers. */
const NOT_SHOWN = ['buttons', 'list', 'template', 'interactive'] as const;

/** What `POST /sessions/:sessionId/messages` takes, in the core's words. @throws AppError `message_type_not_shown` */
export const outgoingMessage = z.discriminatedUnion(
  'type',
  [
    z
      .object({ type: z.literal('text'), ...addressed, text: outgoingText })
      .transform(({ type, text, ...rest }) => withContent({ type, text }, rest)),
    z
      .object({ type: z.literal('location'), ...addressed, location: place })
      .transform(({ type, location, ...rest }) => withContent({ type, location }, rest)),
    z
      .object({ type: z.literal('contact'), ...addressed, contacts: cards })
      .transform(({ type, contacts, ...rest }) => withContent({ type, contacts }, rest)),
    z
      .object({ type: z.literal('poll'), ...addressed, poll })
      .transform(({ type, poll: asked, ...rest }) => withContent({ type, poll: asked }, rest)),
    z
      .object({ type: z.literal('reaction'), message_id: messageId, emoji })
      .transform(({ type, message_id, emoji: chosen }) => changed({ type, messageId: message_id, emoji: chosen })),
    z
      .object({ type: z.literal('edit'), message_id: messageId, text: outgoingText })
      .transform(({ type, message_id, text }) => changed({ type, messageId: message_id, text })),
    z
      .object({ type: z.literal('delete'), message_id: messageId })
      .transform(({ type, message_id }) => changed({ type, messageId: message_id })),
    z
      .object({ type: z.literal('forward'), number: recipient, message_id: messageId })
      .transform(({ type, number, message_id }) => ({ ...changed({ type, messageId: message_id }), to: number })),
    z.object({ type: z.enum(NOT_SHOWN) }).transform((): OutgoingMessage => {
      throw new AppError('message_type_not_shown');
    }),
  ],
  { error: 'must be one of text, location, contact, poll, reaction, edit, delete, forward' },
);
